import { simReplacementWorkflowId } from '@simlane/contracts/sim-replacement';
import type { Client } from '@temporalio/client';
import { type Figure, figureOfRuns } from './figures.ts';

/** They are all alike; a few show that they are. */
const HISTORIES = 10;

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

/** Events and billable actions of a replacement with two words of the provider, counted in fetched histories. */
export async function measureHistories(
  client: Client,
  orderIds: readonly string[],
  bareWorkflowIds: readonly string[],
): Promise<Figure[]> {
  const fetch = (workflowIds: readonly string[]) =>
    Promise.all(workflowIds.slice(0, HISTORIES).map((id) => client.workflow.getHandle(id).fetchHistory()));
  const ours = await fetch(orderIds.map(simReplacementWorkflowId));
  const bare = await fetch(bareWorkflowIds);
  const figure = (name: string, atMost: number, count: (history: History) => number) =>
    figureOfRuns(
      { name, unit: 'each', goal: { of: 'ours', atMost } },
      ours.map((history, index) => ({ ours: count(history), bare: bare[index] ? count(bare[index]) : null })),
    );
  return [
    figure('history events of a replacement', 50, ({ events }) => events?.length ?? 0),
    figure('Temporal actions of a replacement', 12, countActions),
  ];
}

/**
 * What Temporal's cloud counts: the start, each attempt of an activity, signals, timers, upserts of search
 * attributes. An order makes no queries.
 */
function countActions({ events }: History): number {
  return (events ?? []).reduce((sum, event) => {
    if (event.activityTaskStartedEventAttributes) return sum + (event.activityTaskStartedEventAttributes.attempt ?? 1);
    const counts =
      event.workflowExecutionStartedEventAttributes ??
      event.workflowExecutionSignaledEventAttributes ??
      event.timerStartedEventAttributes ??
      event.upsertWorkflowSearchAttributesEventAttributes;
    return counts ? sum + 1 : sum;
  }, 0);
}
