/** Where one change of a SIM's services stands, from what it wanted and the SIM's services as they are. Pure. */
import type { ServiceChangeState } from '@simlane/contracts/service-changes';
import type { Configuration } from '@simlane/contracts/service-options';
import type { SimServices } from './sim-services.ts';

/** What a change wanted that was not so yet. */
export interface Wants {
  readonly options: Configuration;
  readonly plan: string | null;
}

type Part = 'in_force' | 'pending' | 'scheduled' | 'refused' | 'overtaken';

/**
 * The state of a change that has not ended. Something pending keeps it pending; a plan whose month is to come keeps it
 * from ending; then a refusal is what there is to tell, then that something else was wanted instead.
 *
 * @param cancelled its scheduled plan was taken back
 */
export const changeState = (
  { id, wants, cancelled }: { readonly id: string; readonly wants: Wants; readonly cancelled: boolean },
  services: SimServices,
): ServiceChangeState => {
  const plan = wants.plan === null ? 'in_force' : planPart(id, wants.plan, services);
  const parts = new Set<Part>([...optionParts(wants.options, services), plan]);
  if (parts.has('pending')) return 'pending';
  // A refused option is told at once: the plan may be months away.
  if (plan === 'scheduled' && !parts.has('refused')) return 'scheduled';
  if (cancelled && plan !== 'in_force') return 'cancelled';
  if (parts.has('refused')) return 'failed';
  return parts.has('overtaken') ? 'superseded' : 'done';
};

const optionParts = (wanted: Configuration, { options, confirmed, failed }: SimServices): Part[] =>
  Object.entries(wanted).map(([code, value]) => {
    if (options[code] !== value) return 'overtaken';
    if (confirmed.options[code] === value) return 'in_force';
    return failed.options[code]?.value === value ? 'refused' : 'pending';
  });

const planPart = (
  changeId: string,
  wanted: string,
  { plan, scheduled, arranged, confirmed, failed }: SimServices,
): Part => {
  if (scheduled?.changeId === changeId) return 'scheduled';
  if (confirmed.plan === wanted) return 'in_force';
  if (plan === wanted && failed.plan?.value !== wanted) return 'pending';
  if (scheduled !== null) return 'overtaken';
  if (failed.plan?.value === wanted) return 'refused';
  // Taken back, while the provider has yet to say that it has cancelled it.
  return arranged?.changeId === changeId ? 'pending' : 'overtaken';
};
