import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import type { ExampleAccount } from './example-data.ts';

/** Lines that show something, by what they show. A change uses a line up: who wants a fresh one asks the API for the next. */
export interface Stories {
  /** Several eSIMs to choose from; in two groups, with an employee. */
  readonly switchLine: string;
  /** Another such line, in one group. */
  readonly rollbackLine: string;
  /** An eSIM that can be replaced, and whose distributor receives QR requests. */
  readonly replaceLine: string;
  /** The catalog has exactly one eSIM for it. */
  readonly oneArticleLine: string;
  /** The catalog has no eSIM of its provider. */
  readonly noArticleLine: string;
  readonly suspendedLine: string;
  readonly lineWithoutSim: string;
  readonly lineWithoutDevice: string;
  /** Its device takes no eSIM: a warning. */
  readonly notCapableLine: string;
  /** An eSIM of a distributor where nobody receives QR requests. */
  readonly noQrCodeContactLine: string;
  /** An eSIM without a distributor. */
  readonly noDistributorLine: string;
  /** Lines that can be switched and are none of the above. */
  readonly switchableLines: readonly string[];
}

/** Finds the lines in the first example account. Throws when one is missing. */
export const findStories = ({ catalog, fleet }: ExampleAccount): Stories => {
  const sims = new Map(fleet.sims.map((sim) => [sim.id, sim]));
  const devices = new Map(fleet.devices.map((device) => [device.id, device]));
  const lines = fleet.lines.map((line) => ({
    ...line,
    sim: sims.get(line.simId ?? ''),
    device: devices.get(line.deviceId ?? ''),
    articles: orderableEsims(catalog, line.providerId),
    askedForQrCodes: hasQrCodeContact(catalog, sims.get(line.simId ?? '')?.distributorId),
  }));
  type StoryLine = (typeof lines)[number];
  const taken = new Set<string>();
  const next = (name: string, fits: (line: StoryLine) => boolean): string => {
    const line = lines.find((one) => !taken.has(one.id) && fits(one));
    if (!line) throw new Error(`No line for the story ${name}`);
    taken.add(line.id);
    return line.id;
  };
  const active = (kind: 'physical' | 'esim') => (line: StoryLine) =>
    line.sim?.kind === kind && line.sim.state === 'active' && line.device?.esimCapable === 'yes';
  const physical = active('physical');
  const esim = active('esim');

  const stories = {
    switchLine: next(
      'switchLine',
      (line) => physical(line) && line.articles > 1 && line.sim?.groupIds.length === 2 && line.employeeId !== null,
    ),
    rollbackLine: next(
      'rollbackLine',
      (line) => physical(line) && line.articles > 1 && line.sim?.groupIds.length === 1,
    ),
    replaceLine: next('replaceLine', (line) => esim(line) && line.articles > 1 && line.askedForQrCodes),
    oneArticleLine: next('oneArticleLine', (line) => physical(line) && line.articles === 1),
    noArticleLine: next('noArticleLine', (line) => physical(line) && line.articles === 0),
    suspendedLine: next('suspendedLine', ({ sim, articles }) => sim?.state === 'suspended' && articles > 1),
    lineWithoutSim: next('lineWithoutSim', ({ sim, device }) => !sim && device !== undefined),
    lineWithoutDevice: next('lineWithoutDevice', ({ sim, device }) => sim?.kind === 'physical' && !device),
    notCapableLine: next('notCapableLine', ({ device, articles }) => device?.esimCapable === 'no' && articles > 0),
    noQrCodeContactLine: next(
      'noQrCodeContactLine',
      (line) => esim(line) && line.sim?.distributorId !== null && !line.askedForQrCodes,
    ),
    noDistributorLine: next('noDistributorLine', (line) => esim(line) && line.sim?.distributorId === null),
  };
  const switchable = lines.filter((line) => !taken.has(line.id) && physical(line) && line.articles > 0);
  return { ...stories, switchableLines: switchable.map(({ id }) => id) };
};

/** Lines of an account that can be switched and whose old SIM serves until the provider says that the eSIM is installed. */
export const findInstalledCutoverLines = ({ catalog, fleet }: ExampleAccount): readonly string[] => {
  const installed = catalog.providers.filter(({ cutoverOn }) => cutoverOn === 'installed').map(({ id }) => id);
  const switchable = fleet.sims.filter(({ kind, state }) => kind === 'physical' && state === 'active');
  const sims = new Set(switchable.map(({ id }) => id));
  return fleet.lines
    .filter(({ providerId, simId, slot }) => installed.includes(providerId) && slot !== null && sims.has(simId ?? ''))
    .filter(({ providerId }) => orderableEsims(catalog, providerId) > 0)
    .map(({ id }) => id);
};

/** How many eSIMs of the provider can be ordered today, as catalog counts them. */
export const orderableEsims = (catalog: CatalogSeed, providerId: string): number => {
  const now = Date.now();
  const archived = new Set(catalog.distributors.filter(({ archivedAt }) => archivedAt !== null).map(({ id }) => id));
  return catalog.orderPacks
    .filter(({ archivedAt }) => archivedAt === null)
    .flatMap(({ articles }) => articles)
    .filter(
      (article) =>
        article.section === 'sim_cards' &&
        article.simKind === 'esim' &&
        article.providerId === providerId &&
        !archived.has(article.distributorId ?? '') &&
        (article.validFrom === null || Date.parse(article.validFrom) <= now) &&
        (article.validUntil === null || Date.parse(article.validUntil) > now),
    ).length;
};

export const hasQrCodeContact = (catalog: CatalogSeed, distributorId: string | null | undefined): boolean =>
  catalog.distributors.some(
    ({ id, archivedAt, contacts }) =>
      id === distributorId && archivedAt === null && contacts.some(({ roles }) => roles.length > 0),
  );
