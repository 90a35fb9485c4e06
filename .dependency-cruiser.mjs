/** The rules of dependence of ARCHITECTURE.md. `dependency-rules.unit.test.ts` plants a violation of each and sees it caught. */

const SERVICES = '^services/([^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'A circle has no bottom: neither half can be understood or tested without the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nobody-imports-a-service',
      comment: 'A service is reached over its API; what both sides need to know stands in shared/contracts.',
      severity: 'error',
      from: { path: '^(shared|workflows|activities|infra)/' },
      to: { path: '^services/' },
    },
    {
      name: 'services-do-not-import-each-other',
      comment: 'As above, between services.',
      severity: 'error',
      from: { path: SERVICES },
      to: { path: SERVICES, pathNot: '^services/$1/' },
    },
    {
      name: 'nobody-imports-workflows-or-activities',
      comment: 'Workflows are loaded by path and activities are called by name: deploying one must not need the other.',
      severity: 'error',
      from: { path: '^(shared|services|infra)/' },
      to: { path: '^(workflows|activities)/' },
    },
    {
      name: 'workflows-and-activities-meet-in-contracts',
      comment: 'The interface of the activities stands in shared/contracts/activities.ts.',
      severity: 'error',
      from: { path: '^(workflows|activities)/' },
      to: { path: '^(workflows|activities)/', pathNot: ['^$1/', '\\.test\\.ts$'] },
    },
    {
      name: 'nobody-imports-infra',
      comment: 'The local stack and the seed run the product; the product does not know of them.',
      severity: 'error',
      from: { path: '^(shared|services|workflows|activities)/' },
      to: { path: '^infra/' },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      comment: 'Everybody may import contracts, so contracts import nobody.',
      severity: 'error',
      from: { path: '^shared/contracts/' },
      to: { path: '^(shared/(service-kit|testing)|services|workflows|activities|infra)/' },
    },
    {
      name: 'workflows-reach-no-schema',
      comment:
        'What workflows import is free of schemas: a schema library in the sandbox doubles the CPU of each task.',
      severity: 'error',
      from: { path: '^shared/contracts/[^/]+\\.ts$', pathNot: '\\.test\\.ts$' },
      to: { path: ['^shared/contracts/http/', '^node_modules/'] },
    },
    {
      name: 'workflows-import-contracts-and-temporal-only',
      comment: 'Workflow code is deterministic and sandboxed: no Node module, no package but Temporal, no service-kit.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: {
        pathNot: ['^workflows/', '^shared/contracts/[^/]+\\.ts$', '^node_modules/@temporalio/(workflow|common)/'],
      },
    },
    {
      name: 'activities-hold-no-database',
      comment: 'Data belongs to the one service that owns it; activities reach it over that service.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: ['^node_modules/(pg|kysely)/', '^shared/service-kit/(postgres|migration|due)'] },
    },
    {
      name: 'testing-is-for-tests',
      comment: 'What serves customers does not depend on what tests it.',
      severity: 'error',
      from: {
        pathNot: [
          '\\.(test|bench)\\.ts$',
          '\\.fixture\\.ts$',
          '^shared/testing/',
          '^infra/model/',
          '^infra/drill/',
          '^infra/demo/',
          '^infra/local/vitest-',
          '^infra/local/record-histories',
        ],
      },
      to: { path: ['^shared/testing/', '\\.fixture\\.ts$'] },
    },
    {
      name: 'no-nameless-places',
      comment: 'A thing without a name has no home yet.',
      severity: 'error',
      from: {},
      to: { path: '(^|/)(common|utils?|helpers?|types|misc)(/|\\.ts$)', pathNot: '^node_modules/' },
    },
    {
      name: 'every-import-leads-somewhere',
      comment: 'An import that cannot be resolved escapes every rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.simlane|\\.turbo|histories)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    detectJSDocImports: false,
  },
};
