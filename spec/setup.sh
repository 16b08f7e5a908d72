#!/usr/bin/env bash
# Installs what the tests need beyond npm: a real ZooKeeper server, a Java to run it, openssl to make certificates, and
# the clients that others wrote: Apache's own for Java and for C, and kazoo for Python; the UI frameworks that live
# values are shown in, and a browser; real etcd servers, with etcdctl; the shells whose words qrx completes.
# Silent, and done in milliseconds, when all is there. No service is started (RUNLEVEL=1): the tests start their own.
# Debian's package `zookeeper` is not needed: it holds scripts only, the server itself is in libzookeeper-java.
set -eu

packages='libzookeeper-java libnetty-java libslf4j-java libcommons-cli-java default-jre-headless openssl zookeeper-bin'
packages="$packages python3-kazoo chromium etcd-server etcd-client zsh fish"
jars='zookeeper zookeeper-jute commons-cli slf4j-api slf4j-simple netty-handler netty-codec netty-resolver'
jars="$jars netty-transport-native-unix-common"

missing() {
  local name
  for name in java openssl chromium etcd etcdctl zsh fish; do command -v "$name" >/dev/null || echo "$name"; done
  [ -x /usr/lib/zookeeper/bin/cli_mt ] || echo zookeeper-bin
  [ -d /usr/lib/python3/dist-packages/kazoo ] || echo python3-kazoo
  for name in $jars; do [ -e "/usr/share/java/$name.jar" ] || echo "$name.jar"; done
}
say() { printf '%s\n' "spec/setup.sh: $*" >&2; }

# The frameworks have a folder of their own. They see the RxJS of this project, and this project, as an application
# would.
frameworks() {
  local from=spec/frameworks/app to=.cache/frameworks
  if cmp -s "$from/package-lock.json" "$to/installed.json"; then return; fi
  rm -rf "$to"
  mkdir -p "$to"
  cp "$from/package.json" "$from/package-lock.json" "$to"
  (cd "$to" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  rm -rf "$to/node_modules/rxjs"
  ln -s ../../../node_modules/rxjs "$to/node_modules/rxjs"
  ln -s ../../.. "$to/node_modules/quorum-rx"
  cp "$from/package-lock.json" "$to/installed.json"
}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
frameworks

lacking=$(missing | paste -sd' ')
[ -n "$lacking" ] || exit 0

say "the tests start real servers, and lack $lacking"
if ! command -v apt-get >/dev/null; then
  say 'this is not Debian or Ubuntu: put java, openssl, chromium, zsh, fish, etcd and etcdctl (3.4) on the path,'
  say 'the jars of ZooKeeper 3.8 and of Netty into /usr/share/java,'
  say "ZooKeeper's client for C to /usr/lib/zookeeper/bin/cli_mt, and kazoo into /usr/lib/python3/dist-packages"
  say 'npm run test:fast needs none of these'
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  say 'type this once, then try again:'
  say "  sudo apt-get update && sudo RUNLEVEL=1 apt-get install -y --no-install-recommends $packages"
  exit 1
fi

export RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive
apt='apt-get -q -o DPkg::Lock::Timeout=600'
$apt update >&2
# shellcheck disable=SC2086 # a list of words
$apt install -y --no-install-recommends $packages >&2

lacking=$(missing | paste -sd' ')
[ -z "$lacking" ] || { say "still missing: $lacking"; exit 1; }
