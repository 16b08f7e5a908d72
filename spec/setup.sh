#!/usr/bin/env bash
# Installs what the tests need beyond npm: a real ZooKeeper server, a Java to run it, openssl to make certificates, and the
# clients that others wrote: Apache's own for Java and for C, and kazoo for Python.
# Silent, and done in milliseconds, when all is there. No service is started (RUNLEVEL=1): the tests start their own.
# Debian's package `zookeeper` is not needed: it holds scripts only, the server itself is in libzookeeper-java.
set -eu

packages='libzookeeper-java libnetty-java libslf4j-java libcommons-cli-java default-jre-headless openssl zookeeper-bin python3-kazoo'
jars='zookeeper zookeeper-jute commons-cli slf4j-api slf4j-simple netty-handler netty-codec netty-resolver netty-transport-native-unix-common'

missing() {
  local name
  for name in java openssl; do command -v "$name" >/dev/null || echo "$name"; done
  [ -x /usr/lib/zookeeper/bin/cli_mt ] || echo zookeeper-bin
  [ -d /usr/lib/python3/dist-packages/kazoo ] || echo python3-kazoo
  for name in $jars; do [ -e "/usr/share/java/$name.jar" ] || echo "$name.jar"; done
}
say() { printf '%s\n' "spec/setup.sh: $*" >&2; }

lacking=$(missing | paste -sd' ')
[ -n "$lacking" ] || exit 0

say "the tests start real servers, and lack $lacking"
if ! command -v apt-get >/dev/null; then
  say 'this is not Debian or Ubuntu: put Java and openssl on the path, and the jars of ZooKeeper 3.8 into /usr/share/java'
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
