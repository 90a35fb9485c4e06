import { type Clock, machineClock } from '@simlane/service-kit/clock';

let clock: Clock = machineClock;

/** What the services of SIMs go by from now on: said once, when the process starts. */
export const goBy = (other: Clock): void => {
  clock = other;
};

/** The time for everything that is due by the calendar: billing months, deviations, rollouts. */
export const timeNow = (): Date => clock.now();
