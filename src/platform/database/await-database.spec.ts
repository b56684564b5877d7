import { ConfigError } from '../config/config.js';
import { judgeServer, type ServerFacts } from './await-database.js';

const sound: ServerFacts = { version: '15.18', versionNumber: 150018, fsync: 'on', synchronousCommit: 'on' };

function toldOf(facts: Partial<ServerFacts>): string {
  let told = '';
  judgeServer({ ...sound, ...facts }, (message) => (told = message));
  return told;
}

it('takes PostgreSQL 15 and tells its settings', () => {
  expect(toldOf({})).toBe('PostgreSQL 15.18, fsync=on, synchronous_commit=on');
});

it('refuses PostgreSQL 14 with a plain sentence', () => {
  const old = (): string => toldOf({ version: '14.22', versionNumber: 140022 });
  expect(old).toThrow(ConfigError);
  expect(old).toThrow('DATABASE_URL leads to PostgreSQL 14.22, wanted: 15 or newer');
});

it.each([[{ fsync: 'off' }], [{ synchronousCommit: 'off' }]])(
  'warns of a server that forgets in a crash: %j',
  (facts) => {
    expect(toldOf(facts)).toContain('may be lost in a crash');
  },
);
