import { freePort, loopback } from '../../../src/platform/database/embedded/port.js';
import type { Certified } from '../test-authority.js';
import { type KafkaBroker, nativeNode, newKafkaNode } from './kafka-broker.js';
import { started } from './server-process.js';

export interface SignIn {
  username: string;
  password: string;
}

/** A broker with a second door, over TLS and for one user; `brokers` is the open one, which tests look in by. */
export type GuardedKafka = KafkaBroker & { guardedBrokers: string };

const scrams = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];
const door = 'listener.name.guarded';
const login = 'org.apache.kafka.common.security';

/** With a certificate for `localhost`; the user may sign in by PLAIN and by SCRAM. */
export async function startGuardedKafka(
  { key, cert }: Certified,
  { username, password }: SignIn,
): Promise<GuardedKafka> {
  const node = await newKafkaNode(1);
  const port = await freePort();
  const settings = {
    [`${door}.ssl.keystore.type`]: 'PEM',
    [`${door}.ssl.keystore.key`]: onOneLine(key),
    [`${door}.ssl.keystore.certificate.chain`]: onOneLine(cert),
    [`${door}.sasl.enabled.mechanisms`]: ['PLAIN', ...scrams].join(','),
    [`${door}.plain.sasl.jaas.config`]: `${login}.plain.PlainLoginModule required user_${username}="${password}";`,
    ...Object.fromEntries(
      scrams.map((scram) => [
        `${door}.${scram.toLowerCase()}.sasl.jaas.config`,
        `${login}.scram.ScramLoginModule required;`,
      ]),
    ),
  };
  const users = scrams.flatMap((scram) => ['-S', `${scram}=[name=${username},password=${password}]`]);
  const broker = await nativeNode(node, [node], {
    refine: (plain) => ({
      ...plain,
      ...settings,
      listeners: `${plain['listeners']},GUARDED://${loopback}:${port}`,
      'advertised.listeners': `${plain['advertised.listeners']},GUARDED://localhost:${port}`,
      'listener.security.protocol.map': `${plain['listener.security.protocol.map']},GUARDED:SASL_SSL`,
    }),
    formatWords: users,
  });
  return Object.assign(await started(broker), { guardedBrokers: `localhost:${port}` });
}

/** As a file of properties takes a text of several lines. */
const onOneLine = (pem: Buffer): string => pem.toString().trim().replaceAll('\n', '\\n');
