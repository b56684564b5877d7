// Who may import whom; test/architecture/boundaries.spec.ts plants one violation per rule and sees it caught.
const rooms = ['carts', 'inventory', 'orders', 'payments', 'deliveries'];
const room = `(${rooms.join('|')})`;

const edges = {
  carts: ['inventory'],
  deliveries: ['inventory'],
  orders: ['carts', 'inventory', 'payments', 'deliveries'],
  payments: [],
  inventory: [],
};

// Orders conducts and may call every other room, so it has no rule.
const undeclared = Object.entries(edges)
  .filter(([from]) => from !== 'orders')
  .map(([from, to]) => ({
    name: `edges-of-${from}`,
    comment: `${from} may call ${to.join(', ') || 'nobody'}; everything else is an event`,
    severity: 'error',
    from: { path: `^src/${from}/` },
    to: { path: `^src/(${rooms.filter((other) => other !== from && !to.includes(other)).join('|')})/` },
  }));

const onlyIn = (name, library, folder) => ({
  name,
  comment: `only ${folder} knows ${library}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^${folder}/` },
  to: { path: `(^|node_modules/)${library}(/|$)` },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'doors',
      comment: 'a room is entered by its index.ts; the list of migrations alone names files inside',
      severity: 'error',
      from: { path: '^src/([^/]+)', pathNot: '^src/migrations\\.ts$' },
      to: { path: `^src/${room}/`, pathNot: ['^src/$1/', `^src/${room}/index\\.ts$`] },
    },
    ...undeclared,
    {
      name: 'platform-knows-no-room',
      comment: 'all rooms stand on the platform, so it stands on none',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/', pathNot: '^src/platform/' },
    },
    onlyIn('kafka-library', 'kafkajs', 'src/platform/kafka'),
    onlyIn('metrics-library', '(prom-client|@willsoto/nestjs-prometheus)', 'src/platform/metrics'),
    {
      name: 'controllers-speak-to-services',
      comment: 'controller and listener → service → repository and entity',
      severity: 'error',
      from: { path: '\\.(controller|listener)\\.ts$' },
      to: { path: '\\.(repository|entity|controller|listener)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'services-know-no-controllers',
      comment: 'controller and listener → service → repository and entity',
      severity: 'error',
      from: { path: '\\.service\\.ts$' },
      to: { path: '\\.(controller|listener)\\.ts$' },
    },
    {
      name: 'repositories-call-nobody',
      comment: 'controller and listener → service → repository and entity',
      severity: 'error',
      from: { path: '\\.repository\\.ts$' },
      to: { path: '\\.(service|controller|listener)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'entities-are-rules',
      comment: 'the rules of the trade live without Nest and without SQL',
      severity: 'error',
      from: { path: '\\.entity\\.ts$' },
      to: { path: ['(^|node_modules/)@nestjs/', '\\.(service|repository|controller|listener)\\.ts$'] },
    },
    {
      name: 'sandbox-stands-apart',
      comment: 'the counterparts know nothing of the shop but what it sends them',
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/', pathNot: '^src/(sandbox|platform/(config|database|http|errors))/' },
    },
    {
      name: 'sandbox-is-started-not-used',
      comment: 'only the entry points start the sandbox, and the list of migrations names its tables',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox/|main\\.ts$|cli\\.ts$|cli/|migrations\\.ts$)' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'no-cycles',
      comment: 'what needs each other is one thing or has a third',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'declared-packages',
      comment: 'what the server needs is among the dependencies of package.json',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'default', 'types'],
    },
  },
};
