import { randomUUID } from 'node:crypto';
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import type { TimelineEntry } from '@simlane/contracts/http/timeline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addLine, type LineInFleet, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const EID = '89049032123451234512345678901235';
const WRONG_CHECK_DIGIT = '8901260123456789012';
const accountId = randomUUID();
let line: LineInFleet;
let order: ReturnType<Inventory['order']>;
beforeEach(async () => {
  line = await addLine(inventory.db, accountId);
  order = inventory.order(accountId);
  await order.reserve(line.lineId);
});

const simOf = async (id: string | null) => (await inventory.call<Sim>({ accountId }, 'GET', `/sims/${id}`)).body;
const timelineOf = async (id: string | null) =>
  (await inventory.call<{ items: TimelineEntry[] }>({ accountId }, 'GET', `/sims/${id}/timeline`)).body.items;

describe('entering the ICCID while the eSIM is temporary', () => {
  it('is shown at once as what would be used, can be replaced, and is used at the switch', async () => {
    await order.createTemporaryEsim();
    await order.enterIccid(newIccid());
    const iccid = newIccid();
    const { body } = await order.enterIccid(`${iccid}F`);
    expect(body).toMatchObject({ state: 'started', iccid, change: 'entered', iccidIssue: null });
    expect((await order.enterIccid(iccid)).body.change).toBe('none');
    const { body: shown } = await inventory.call<Line>({ accountId }, 'GET', `/lines/${line.lineId}`);
    expect(shown.incomingSim).toEqual({ id: body.newSimId, temporaryReference: body.temporaryReference, iccid });
    const found = await inventory.call<{ items: Sim[] }>({ accountId }, 'GET', `/sims?q=${iccid.slice(0, 15)}`);
    expect(found.body.items.map(({ id }) => id)).toEqual([body.newSimId]);
    expect((await order.commit()).body).toMatchObject({ state: 'committed', iccid, iccidIssue: null });
  });

  it("loses against the provider's word, and the difference is on the timeline", async () => {
    const [entered, iccid] = [newIccid(), newIccid()];
    await order.enterIccid(entered);
    const { body } = await order.commit({ iccid });
    expect(body).toMatchObject({ iccid, iccidIssue: null });
    expect((await timelineOf(body.newSimId)).at(-1)?.data).toMatchObject({
      enteredIccid: entered,
      signalledIccid: iccid,
    });
  });

  it.each([
    ['89882110000005300', 'length', '19 or 20 digits'],
    ['898821100000053008AB', 'letters', 'digits only'],
    ['7788211000000530082', 'another prefix', 'begins with 89'],
  ])('of %s (%s) is refused with the field and what is wrong', async (iccid, _fault, said) => {
    const answer = await order.enterIccid(iccid);
    expect(answer.status).toBe(422);
    expect(answer.problem).toMatchObject({
      code: 'iccid_invalid',
      detail: expect.stringContaining(said),
      fix: expect.any(String),
      errors: [{ pointer: '/iccid' }],
    });
  });

  it('with a wrong check digit is a warning that can be accepted', async () => {
    const answer = await order.enterIccid(WRONG_CHECK_DIGIT);
    expect(answer.status).toBe(422);
    expect(answer.problem).toMatchObject({
      code: 'warnings_not_accepted',
      warnings: [{ code: 'iccid_check_digit' }],
      fix: expect.stringContaining('iccid_check_digit'),
    });
    const accepted = await order.enterIccid(WRONG_CHECK_DIGIT, { acceptWarnings: ['iccid_check_digit'] });
    expect(accepted.body).toMatchObject({ change: 'entered', iccid: WRONG_CHECK_DIGIT });
  });

  it("of another SIM's is refused and names that SIM, also where that SIM is a temporary eSIM", async () => {
    const answer = await order.enterIccid(line.iccid);
    expect([answer.status, answer.problem.code]).toEqual([409, 'iccid_in_use']);
    expect(answer.problem.detail).toContain(line.simId);
    const other = await addLine(inventory.db, accountId);
    const otherOrder = inventory.order(accountId);
    await otherOrder.reserve(other.lineId);
    const { body } = await otherOrder.createTemporaryEsim();
    const iccid = newIccid();
    await otherOrder.enterIccid(iccid);
    const refused = await order.enterIccid(iccid);
    expect(refused.problem).toMatchObject({ code: 'iccid_in_use' });
    expect(refused.problem.detail).toContain(body.temporaryReference);
  });

  it('is refused after the order is rolled back, and where nothing was reserved', async () => {
    await order.rollBack();
    expect((await order.enterIccid(newIccid())).problem.code).toBe('order_state');
    expect((await inventory.order(accountId).enterIccid(newIccid())).problem.code).toBe('not_found');
  });
});

describe('the ICCID at the switch', () => {
  it('that is malformed counts as missing; the replacement goes through', async () => {
    const { body } = await order.commit({ iccid: '12345' });
    expect(body).toMatchObject({
      state: 'committed',
      iccid: null,
      iccidIssue: { code: 'iccid_missing', reason: 'malformed', otherSimId: null },
    });
  });

  it('that another SIM in use has counts as missing, and that SIM is named', async () => {
    const other = await addLine(inventory.db, accountId);
    const { body } = await order.commit({ iccid: other.iccid });
    expect(body.iccidIssue).toEqual({ code: 'iccid_missing', reason: 'in_use', otherSimId: other.simId });
  });

  it('that two replacements are told at the same time goes to one of them; both go through', async () => {
    for (let round = 0; round < 5; round += 1) {
      const orders = await Promise.all(
        [1, 2].map(async () => {
          const one = inventory.order(accountId);
          await one.reserve((await addLine(inventory.db, accountId)).lineId);
          return one;
        }),
      );
      const iccid = newIccid();
      const answers = await Promise.all(orders.map((one) => one.commit({ iccid })));
      expect(answers.map(({ body }) => body.state)).toEqual(['committed', 'committed']);
      expect(new Set(answers.map(({ body }) => body.iccid))).toEqual(new Set([iccid, null]));
    }
  });

  it('with a wrong check digit is taken from a provider as it is', async () => {
    expect((await order.commit({ iccid: '8901260123456789020' })).body).toMatchObject({
      iccid: '8901260123456789020',
      iccidIssue: null,
    });
  });

  it('and the EID that came with the acknowledgement are kept for it', async () => {
    const iccid = newIccid();
    await order.createTemporaryEsim({ iccid, eid: EID });
    const { body } = await order.commit();
    expect(body).toMatchObject({ iccid, iccidIssue: null });
    expect(await simOf(body.newSimId)).toMatchObject({ iccid, eid: EID });
  });
});

describe('the ICCID after the switch', () => {
  it('is entered where it is missing, and settles the issue', async () => {
    const { body } = await order.commit();
    const iccid = newIccid();
    expect((await order.enterIccid(iccid)).body).toMatchObject({ change: 'entered', iccid, iccidIssue: null });
    expect(await simOf(body.newSimId)).toMatchObject({ iccid, temporaryReference: null });
  });

  it('is corrected with a reason only; the same again changes nothing', async () => {
    const wrong = newIccid();
    const { body } = await order.commit({ iccid: wrong });
    expect((await order.enterIccid(wrong)).body.change).toBe('none');
    const right = newIccid();
    const unexplained = await order.enterIccid(right);
    expect(unexplained.problem).toMatchObject({ code: 'reason_required', errors: [{ pointer: '/reason' }] });
    expect((await order.get()).body.iccid).toBe(wrong);
    const corrected = await order.enterIccid(right, { reason: 'Misread by the provider' });
    expect(corrected.body).toMatchObject({ change: 'corrected', iccid: right });
    expect((await timelineOf(body.newSimId)).at(-1)).toMatchObject({
      event: 'iccid_corrected',
      reason: 'Misread by the provider',
      actorId: 'manager-1',
      data: { from: wrong, to: right },
    });
  });

  it('is filled in by a later word where it is missing; the same word again changes nothing', async () => {
    const { body } = await order.commit();
    const iccid = newIccid();
    const filled = await order.fillIn({ iccid, eid: EID });
    expect(filled.body).toMatchObject({ iccid, iccidIssue: null });
    expect(await simOf(body.newSimId)).toMatchObject({ iccid, eid: EID });
    expect((await order.fillIn({ iccid, eid: EID })).body).toEqual(filled.body);
    // Words in which there is nothing to be used are answered alike: who passes them on would try again for ever.
    expect((await order.fillIn({ eid: EID })).body).toEqual(filled.body);
    expect((await order.fillIn({ eid: 'no EID' })).body).toEqual(filled.body);
    expect((await order.fillIn({})).body).toEqual(filled.body);
    expect((await timelineOf(body.newSimId)).map(({ event }) => event)).toEqual([
      'put_on_line',
      'identifiers_filled_in',
    ]);
  });

  it('is not changed by another word: the difference is an issue until a person decides', async () => {
    const [iccid, other] = [newIccid(), newIccid()];
    await order.commit({ iccid });
    const differs = { code: 'iccid_differs', signalled: other, current: iccid };
    expect((await order.fillIn({ iccid: other })).body).toMatchObject({ iccid, iccidIssue: differs });
    expect((await order.enterIccid(iccid)).body).toMatchObject({ change: 'none', iccidIssue: differs });
    const settled = await order.enterIccid(iccid, { reason: 'Read from the phone' });
    expect(settled.body).toMatchObject({ change: 'none', iccidIssue: null });
  });

  it('stays missing with its reason where the later word cannot be used either', async () => {
    await order.commit();
    expect((await order.fillIn({ iccid: 'abc' })).body.iccidIssue).toMatchObject({ reason: 'malformed' });
  });

  it('is kept for the switch where the later word comes before it', async () => {
    await order.createTemporaryEsim();
    const iccid = newIccid();
    expect((await order.fillIn({ iccid })).body).toMatchObject({ state: 'started', iccid, iccidIssue: null });
    expect((await order.commit()).body.iccid).toBe(iccid);
  });

  it('is protected while the eSIM is being replaced in its turn', async () => {
    await order.commit();
    const next = inventory.order(accountId);
    await next.reserve(line.lineId, { action: 'replace_esim' });
    const entered = await order.enterIccid(newIccid());
    expect(entered.problem).toMatchObject({ code: 'change_in_flight', blockingOrder: { id: next.id } });
    expect((await order.fillIn({ iccid: newIccid() })).body).toMatchObject({
      iccid: null,
      iccidIssue: { code: 'iccid_missing' },
    });
  });

  it('is entered on the order while the order waits for it, and in the fleet afterwards', async () => {
    const { body } = await order.commit();
    const [iccid, corrected] = [newIccid(), newIccid()];
    const path = `/sims/${body.newSimId}/iccid`;
    const refused = await inventory.call({ accountId }, 'PUT', path, { iccid });
    expect([refused.status, refused.problem.code]).toEqual([409, 'sim_state']);
    expect(refused.problem.fix).toContain(`/orders/v1/orders/${order.id}/iccid`);
    await order.enterIccid(iccid);
    const entry = { iccid: corrected, reason: 'Read from the phone' };
    expect((await inventory.call({ accountId }, 'PUT', path, entry)).status).toBe(200);
    expect((await order.get()).body).toMatchObject({ iccid: corrected, iccidIssue: null });
  });

  it('after a roll back is of no interest', async () => {
    await order.rollBack();
    expect((await order.fillIn({ iccid: newIccid() })).body).toMatchObject({ state: 'rolled_back', iccid: null });
  });
});
