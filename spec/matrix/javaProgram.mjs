import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { command } from './command.mjs';
import { onceMade, stampOf } from './onceMade.mjs';
import { served } from './outcome.mjs';

/**
 * Gets artifacts of Maven with all that they need, unless that was done before.
 *
 * @param {string} folder for the list
 * @param {readonly string[]} artifacts with their versions, as in `io.etcd:jetcd-core:0.8.6`
 * @param {readonly string[]} alone others, which come without their dependencies
 * @returns {Promise<string>} their class path
 */
export async function classPath(folder, artifacts, alone = []) {
  const file = `${folder}/classpath`;
  await onceMade(folder, [...artifacts, ...alone].join(), async () => {
    writeFileSync(`${folder}/pom.xml`, pom(artifacts));
    const args = ['-q', '-B', 'dependency:build-classpath', `-Dmdep.outputFile=${file}`];
    await served(command('mvn', args, { cwd: folder }));
    const copy = ['-q', '-B', 'dependency:copy', `-DoutputDirectory=${folder}/jars`];
    for (const one of alone) await served(command('mvn', [...copy, `-Dartifact=${one}`], { cwd: folder }));
  });
  const copied = alone.map((one) => `${folder}/jars/${one.split(':').slice(1).join('-')}.jar`);
  return [...copied, readFileSync(file, 'utf8').trim()].join(':');
}

/**
 * Compiles a program of Java with artifacts of Maven, unless that was done before.
 *
 * @param {readonly string[]} folders of its sources; the main class is `Main`
 * @param {string} folder for the class path and the classes
 * @param {readonly string[]} artifacts
 * @returns {Promise<import('./clients.mjs').Client>}
 */
export async function javaProgram(folders, folder, artifacts) {
  return compiled(folders, `${folder}/classes`, await classPath(folder, artifacts));
}

/**
 * Compiles a program of Java with jars that are there, unless that was done before.
 *
 * @param {readonly string[]} folders of its sources; the main class is `Main`
 * @param {string} classes the folder for the classes
 * @param {string} path the class path
 * @returns {Promise<import('./clients.mjs').Client>}
 */
export async function compiled(folders, classes, path) {
  const files = folders.flatMap((one) => readdirSync(one).map((name) => `${one}/${name}`));
  const sources = files.filter((file) => file.endsWith('.java'));
  const javac = ['-d', classes, '-cp', path, ...sources];
  await onceMade(classes, stampOf(sources, path), () => command('javac', javac));
  return { program: 'java', args: ['-Xmx256m', '-XX:+UseSerialGC', '-cp', `${classes}:${path}`, 'Main'] };
}

function pom(artifacts) {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return (
      `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId>` +
      `<version>${version}</version></dependency>`
    );
  });
  return [
    '<project><modelVersion>4.0.0</modelVersion>',
    '<groupId>matrix</groupId><artifactId>matrix</artifactId><version>1</version>',
    `<dependencies>${dependencies.join('')}</dependencies></project>`,
  ].join('\n');
}
