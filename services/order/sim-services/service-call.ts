/**
 * The rules of a service call: what was asked for, and which answer stands. The first answer to an option or a plan
 * stands, however it came; only what is scheduled goes on, to an end.
 */
import type { Disposition } from '@simlane/contracts/facts';
import type { ProviderServiceChange, ProviderServiceResult } from '@simlane/contracts/http/provider-services';
import type { ReportedServices, ServiceCall } from '@simlane/contracts/http/service-calls';
import type { ServiceCallState, ServiceOutcome } from '@simlane/contracts/sim-services';

/** One option, or the plan, of a change. */
interface Asked {
  readonly of: 'option' | 'rate_plan';
  readonly name: string;
  readonly value: string;
}

/** What became of one option, or of the plan. */
export interface ServiceAnswer extends Pick<Asked, 'of' | 'name'> {
  readonly outcome: ServiceOutcome;
  /** The provider's words, cut and redacted. */
  readonly reason: string | null;
}

export interface StoredServiceCall {
  readonly accountId: string;
  readonly id: string;
  readonly changeId: string;
  readonly simId: string;
  readonly providerId: string;
  readonly iccid: string;
  readonly options: Readonly<Record<string, string>>;
  readonly ratePlan: string | null;
  /** `YYYY-MM-DD`, of the plan. */
  readonly effectiveOn: string | null;
  readonly bodyHash: string;
  /** From then on it may be at the provider. */
  readonly attemptedAt: Date;
  readonly sentAt: Date | null;
  readonly answeredAt: Date | null;
  readonly answers: readonly ServiceAnswer[];
  readonly version: number;
  readonly takenVersion: number;
}

type Change = Pick<StoredServiceCall, 'options' | 'ratePlan'>;
type Answered = Change & Pick<StoredServiceCall, 'answers'>;

const askedIn = ({ options, ratePlan }: Change): Asked[] => [
  ...Object.entries(options).map(([name, value]): Asked => ({ of: 'option', name, value })),
  ...(ratePlan === null ? [] : [{ of: 'rate_plan', name: ratePlan, value: ratePlan } as const]),
];

const answerTo = (answers: readonly ServiceAnswer[], { of, name }: Pick<Asked, 'of' | 'name'>) =>
  answers.find((answer) => answer.of === of && answer.name === name);

export const stateOf = (call: Answered & Pick<StoredServiceCall, 'sentAt'>): ServiceCallState => {
  if (askedIn(call).every((asked) => answerTo(call.answers, asked) !== undefined)) return 'answered';
  return call.sentAt === null ? 'sending' : 'pending';
};

/** Something was not answered, or is scheduled: there is something left to learn. */
export const isOpen = (call: Answered): boolean =>
  askedIn(call).some((asked) => (answerTo(call.answers, asked)?.outcome ?? 'scheduled') === 'scheduled');

/** What has become of the plan so far; undefined where none was asked for or nothing was said of it. */
export const planOutcome = ({ ratePlan, answers }: Answered): ServiceOutcome | undefined =>
  ratePlan === null ? undefined : answerTo(answers, { of: 'rate_plan', name: ratePlan })?.outcome;

export interface JudgedAnswers {
  readonly answers: readonly ServiceAnswer[];
  /**
   * `applied`: something new was said. Otherwise `duplicate` where it repeats what stands, `stale` where it contradicts
   * that or speaks of nothing that was asked.
   */
  readonly disposition: Extract<Disposition, 'applied' | 'duplicate' | 'stale'>;
}

/** What stands after the provider has said this. What it says of anything that was not asked for counts for nothing. */
export const judgeAnswers = (call: Answered, said: readonly ServiceAnswer[]): JudgedAnswers => {
  const asked = askedIn(call);
  const ofWhatWasAsked = said.filter((answer) =>
    asked.some(({ of, name }) => of === answer.of && name === answer.name),
  );
  let { answers } = call;
  for (const answer of ofWhatWasAsked) {
    const standing = answerTo(answers, answer);
    if (standing === undefined || goesOn(standing, answer)) {
      answers = [...answers.filter((one) => one !== standing), answer];
    }
  }
  if (answers !== call.answers) return { answers, disposition: 'applied' };
  const repeats = ofWhatWasAsked.every((answer) => answerTo(answers, answer)?.outcome === answer.outcome);
  return { answers, disposition: repeats && ofWhatWasAsked.length > 0 ? 'duplicate' : 'stale' };
};

const goesOn = (standing: ServiceAnswer, said: ServiceAnswer): boolean =>
  standing.outcome === 'scheduled' && said.outcome !== 'scheduled';

/** A provider's results as answers. @param asWords makes of a reason what may be kept of it */
export const answersIn = (
  results: readonly ProviderServiceResult[],
  asWords: (reason: string | null | undefined) => string | null,
): ServiceAnswer[] =>
  results.map((result) => ({ ...spokenOf(result), outcome: result.outcome, reason: asWords(result.reason) }));

/** Where both are there, the one that is a code: some name both each time, and leave one of them empty. */
const spokenOf = (result: ProviderServiceResult): Pick<Asked, 'of' | 'name'> =>
  typeof result.option === 'string' && result.option !== ''
    ? { of: 'option', name: result.option }
    : { of: 'rate_plan', name: String(result.ratePlan) };

/** The provider refuses the change as a whole: everything in it. */
export const refusedAsAWhole = (call: Change, reason: string | null): ServiceAnswer[] =>
  askedIn(call).map(({ of, name }) => ({ of, name, outcome: 'refused', reason }));

/** What the provider reports, as answers to what was asked: in force as it was asked for, or scheduled by this change. */
export const answersReported = (
  call: Change & Pick<StoredServiceCall, 'changeId'>,
  { options, ratePlan, scheduled }: ReportedServices,
): ServiceAnswer[] =>
  askedIn(call).flatMap(({ of, name, value }): ServiceAnswer[] => {
    const inForce = of === 'rate_plan' ? ratePlan : Object.hasOwn(options, name) ? options[name] : undefined;
    if (inForce === value) return [{ of, name, outcome: 'applied', reason: null }];
    const isScheduled =
      of === 'rate_plan' && scheduled.some((plan) => plan.changeId === call.changeId && plan.ratePlan === value);
    return isScheduled ? [{ of, name, outcome: 'scheduled', reason: null }] : [];
  });

/** The change as it goes to the provider: the same at each repeat, since it goes under the same key. */
export const changeSent = ({
  changeId,
  options,
  ratePlan,
  effectiveOn,
}: Pick<StoredServiceCall, 'changeId' | 'options' | 'ratePlan' | 'effectiveOn'>): ProviderServiceChange => ({
  changeId,
  ...(Object.keys(options).length === 0 ? {} : { options }),
  ...(ratePlan === null ? {} : { ratePlan }),
  ...(effectiveOn === null ? {} : { effectiveOn }),
});

/** There are answers that the workflow has not taken: it is to be woken. */
export const isUntaken = ({ version, takenVersion }: Pick<StoredServiceCall, 'version' | 'takenVersion'>): boolean =>
  version > takenVersion;

export const shownCall = (call: StoredServiceCall): ServiceCall => ({
  changeId: call.changeId,
  simId: call.simId,
  state: stateOf(call),
  sentAt: call.sentAt?.toISOString() ?? null,
  answeredAt: call.answeredAt?.toISOString() ?? null,
  version: call.version,
  results: askedIn(call).flatMap((asked) => {
    const answer = answerTo(call.answers, asked);
    return answer === undefined ? [] : [{ ...asked, outcome: answer.outcome, reason: answer.reason }];
  }),
});
