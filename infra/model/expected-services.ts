/**
 * What a SIM's services come to, in plain words of product.md §5: whatever the provider does meanwhile, at rest, with
 * refusals retried and every month that was waited for begun, the SIM has what was wanted of it last.
 */
import { OPTIONS, type Plan } from './services-account.ts';

export type Values = Readonly<Record<string, string>>;

/** A profile of the history's own. */
export interface ModelProfile {
  readonly id: string;
  readonly plan: Plan;
  options: Values;
}

interface Own {
  readonly options: Values;
  readonly expiresAtMonthTurn: boolean;
}

export class ExpectedServices {
  profile: ModelProfile | null = null;
  own: Own | null = null;
  /** The plan of the profile was taken back before its month had begun. */
  isPlanCancelled = false;

  get options(): Values {
    return this.own?.options ?? this.profile?.options ?? {};
  }

  migrate(profile: ModelProfile): void {
    this.profile = profile;
    this.own = null;
    this.isPlanCancelled = false;
  }

  deviate(options: Values, expiresAtMonthTurn: boolean): void {
    if (this.profile === null) throw new Error('a SIM without a profile deviates from nothing');
    const own = { ...this.options, ...options };
    this.own = isSame(own, this.profile.options) ? null : { options: own, expiresAtMonthTurn };
  }

  reattach(): void {
    this.own = null;
  }

  /** Every SIM on the profile, except deviated ones. */
  edit(profile: ModelProfile, options: Values): void {
    profile.options = { ...profile.options, ...options };
  }

  cancelPlan(): void {
    this.isPlanCancelled = true;
  }

  retry(): void {
    this.isPlanCancelled = false;
  }

  monthTurns(): void {
    if (this.own?.expiresAtMonthTurn === true) this.own = null;
  }
}

const isSame = (one: Values, other: Values): boolean => OPTIONS.every((code) => one[code] === other[code]);
