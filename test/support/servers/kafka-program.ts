import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../../../src/platform/database/embedded/error-code.js';
import { imageOf } from './container.js';
import { askVersion, findOrInstall } from './find-or-install.js';

const run = promisify(execFile);
const instead = 'or start Docker, or name a broker by TEST_KAFKA_BROKERS';
const oldestJava = 17;

export interface KafkaProgram {
  how: string;
  /** What java is started with before the name of a class of Kafka. */
  words: string[];
}

/** Java from the PATH and Kafka's jars from Maven; fetched once, kept beside the other packages. */
export async function findKafka(): Promise<KafkaProgram> {
  const java = await findOrInstall(
    findJava,
    ['openjdk-17-jre-headless'],
    `Kafka needs Java ${oldestJava} or newer on the PATH: install openjdk-17-jre-headless, ${instead}`,
  );
  const [, version = ''] = imageOf('kafka').split(':');
  const jars = resolve(__dirname, '../../../node_modules/.cache', `kafka-${version}`);
  const isFetched = !existsSync(jars);
  if (isFetched) await fetchJars(version, jars);
  const log4j = `-Dlog4j2.configurationFile=file:${join(__dirname, 'log4j2.xml')}`;
  // A broker of a test lives for minutes: the second compiler and the parallel collector would cost more than they give.
  const modest = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const source = isFetched ? 'fetched from Maven' : 'of the cache';
  return {
    how: `Apache Kafka ${version} by its jars (${source}) on Java ${java.version} (${java.how})`,
    words: [...modest, log4j, '-cp', join(jars, '*')],
  };
}

async function findJava(): Promise<string | undefined> {
  const version = await askVersion('java', ['-version'], /version "(\d+)/);
  return version && Number(version) >= oldestJava ? version : undefined;
}

/** Fetched aside and moved in whole: a folder that is there is complete, whoever else fetches at the same time. */
async function fetchJars(version: string, target: string): Promise<void> {
  await findOrInstall(
    () => askVersion('mvn', ['-version'], /Maven (\S+)/),
    ['maven'],
    `Kafka's jars are fetched by Maven, which is not on the PATH: install maven, ${instead}`,
  );
  await mkdir(dirname(target), { recursive: true });
  const aside = await mkdtemp(`${target}-`);
  const pom = join(__dirname, 'pom.xml');
  const given = [`-Dkafka.version=${version}`, '-DincludeScope=runtime', `-DoutputDirectory=${aside}`];
  try {
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', ...given]);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    const isThere = errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST';
    if (!isThere) throw error;
  }
}
