/** One file of a planted house: where it lies, what it says, and the rule that must catch it. */
export interface Planted {
  file: string;
  source: string;
  rule: string;
}

const importing = (path: string): string => `import { it } from '${path}';\nexport const used = it;\n`;

/** One violation per rule of .dependency-cruiser.cjs. */
export const plantedImports: readonly Planted[] = [
  { rule: 'doors', file: 'src/orders/peeking.ts', source: importing('../inventory/stock.repository.js') },
  { rule: 'edges-of-carts', file: 'src/carts/calling-back.ts', source: importing('../orders/index.js') },
  {
    rule: 'edges-of-deliveries',
    file: 'src/deliveries/asking-money.ts',
    source: importing('../payments/index.js'),
  },
  { rule: 'edges-of-payments', file: 'src/payments/conducting.ts', source: importing('../orders/index.js') },
  { rule: 'edges-of-inventory', file: 'src/inventory/conducting.ts', source: importing('../carts/index.js') },
  {
    rule: 'platform-knows-no-room',
    file: 'src/platform/database/knowing.ts',
    source: importing('../../orders/index.js'),
  },
  { rule: 'kafka-library', file: 'src/orders/publishing.ts', source: importing('kafkajs') },
  { rule: 'metrics-library', file: 'src/orders/counting.ts', source: importing('prom-client') },
  {
    rule: 'controllers-speak-to-services',
    file: 'src/orders/short.controller.ts',
    source: importing('./orders.repository.js'),
  },
  {
    rule: 'services-know-no-controllers',
    file: 'src/orders/upward.service.ts',
    source: importing('./orders.controller.js'),
  },
  {
    rule: 'repositories-call-nobody',
    file: 'src/orders/upward.repository.ts',
    source: importing('./orders.service.js'),
  },
  { rule: 'entities-are-rules', file: 'src/orders/framed.entity.ts', source: importing('@nestjs/common') },
  {
    rule: 'sandbox-stands-apart',
    file: 'src/sandbox/insider.ts',
    source: importing('../platform/events/outbox.js'),
  },
  {
    rule: 'sandbox-is-started-not-used',
    file: 'src/payments/shortcut.ts',
    source: importing('../sandbox/index.js'),
  },
  { rule: 'no-cycles', file: 'src/carts/about.ts', source: importing('./round.js') },
  { rule: 'declared-packages', file: 'src/carts/borrowing.ts', source: importing('jest') },
];

/** What the violations point at; lawful by themselves. */
export const lawfulFiles: readonly { file: string; source: string }[] = [
  ...['carts', 'inventory', 'orders', 'payments', 'deliveries', 'sandbox'].map((room) => ({
    file: `src/${room}/index.ts`,
    source: 'export const it = 1;\n',
  })),
  ...[
    'inventory/stock.repository.ts',
    'orders/orders.repository.ts',
    'orders/orders.service.ts',
    'orders/orders.controller.ts',
  ].map((path) => ({ file: `src/${path}`, source: 'export const it = 1;\n' })),
  { file: 'src/platform/events/outbox.ts', source: 'export const it = 1;\n' },
  { file: 'src/carts/round.ts', source: "export { used as it } from './about.js';\n" },
];

/** Texts that a rule of words must find, each in a place where it may not stand. */
export const plantedWords: readonly Planted[] = [
  { rule: 'process.env', file: 'src/orders/reading.ts', source: 'export const port = process.env.PORT;\n' },
  {
    rule: 'EntityManager',
    file: 'src/orders/deep.service.ts',
    source: "import { EntityManager } from 'typeorm';\nexport const it = EntityManager;\n",
  },
];
