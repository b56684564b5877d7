import { createSocket, type Socket } from 'node:dgram';
import { lookup, Resolver } from 'node:dns/promises';
import { addressesBy } from './name-server.js';

/** A name server on loopback; what `answering` does not answer waits for ever. */
async function nameServer(answering: (query: Buffer) => Buffer | undefined): Promise<Socket> {
  const server = createSocket('udp4');
  server.on('message', (query, { port, address }) => {
    const answer = answering(query);
    if (answer) server.send(answer, port, address);
  });
  await new Promise<void>((ready) => server.bind(0, '127.0.0.1', ready));
  return server;
}

const ipv4 = 1;
/** RFC 1035, 4.1: the question again, and one address where it asks for the type. */
function answered(query: Buffer, records: Record<number, Buffer>): Buffer {
  const endOfQuestion = query.indexOf(0, 12) + 5;
  const data = records[query.readUInt16BE(endOfQuestion - 4)];
  const header = Buffer.from(query.subarray(0, 12));
  header.set([0x81, 0x80, 0, 1, 0, data ? 1 : 0, 0, 0, 0, 0], 2);
  const question = query.subarray(12, endOfQuestion);
  if (!data) return Buffer.concat([header, question]);
  const fixed = Buffer.from([0xc0, 12, ...question.subarray(-4), 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([header, question, fixed, data]);
}

let server: Socket | undefined;
afterEach(() => server?.close());

function asking({ address, port }: { address: string; port: number }) {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([`${address}:${port}`]);
  return addressesBy(resolver);
}

it('takes the addresses of both families, and those of one where there is no other', async () => {
  const [v4, v6] = [Buffer.from([192, 0, 2, 7]), Buffer.from('20010db8000000000000000000000007', 'hex')];
  server = await nameServer((query) => answered(query, { [ipv4]: v4, 28: v6 }));
  expect(await asking(server.address())('hooks.example')).toEqual([
    { address: '192.0.2.7', family: 4 },
    { address: '2001:db8::7', family: 6 },
  ]);
  server.close();
  server = await nameServer((query) => answered(query, { [ipv4]: v4 }));
  expect(await asking(server.address())('hooks.example')).toEqual([{ address: '192.0.2.7', family: 4 }]);
});

it('fails for a name without an address', async () => {
  server = await nameServer((query) => answered(query, {}));
  await expect(asking(server.address())('hooks.example')).rejects.toMatchObject({ code: 'ENODATA' });
});

it('gives a name server up that says nothing, and keeps nobody else waiting meanwhile', async () => {
  server = await nameServer(() => undefined);
  const ask = asking(server.address());
  const startedAt = Date.now();
  let isGivenUp = false;
  // More than the threads of the process, which a question of the platform would each hold.
  const questions = Array.from({ length: 16 }, (_, name) => ask(`hooks${name}.example`));
  const all = Promise.allSettled(questions).finally(() => (isGivenUp = true));
  await lookup('localhost');
  expect(isGivenUp).toBe(false);
  expect(new Set((await all).map(({ status }) => status))).toEqual(new Set(['rejected']));
  await expect(questions[0]).rejects.toMatchObject({ code: 'ETIMEOUT' });
  expect(Date.now() - startedAt).toBeLessThan(10_000);
}, 20_000);
