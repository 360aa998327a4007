/** Who comes, and who goes again; what an account is told of both, and of jobs and money. */
import type * as z from 'zod';
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { topUpRequested } from '#services/credits/contracts.ts';
import { accountStream } from '#services/credits/domain/account.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import { policyOf } from '#services/credits/domain/policy.ts';
import { endHold } from '#services/credits/handlers/end-hold.ts';
import { followUser, userEvent } from '#services/credits/leaving/follow-user.ts';
import { followPayment, paymentEvent } from '#services/credits/payments/follow-payment.ts';
import { jobEnded } from '#services/generation/contracts.ts';
import { newUser, type UserRecord } from '#services/identity/domain/user.ts';
import { toPublished } from '#services/identity/users/published.ts';
import { derivedUuid } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import type { purchaseLife } from './purchases.ts';
import { catalog, silent, type Town } from './town.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const typesOf = (schema: { readonly options: readonly { readonly shape: { readonly type: z.ZodLiteral } }[] }) =>
  schema.options.map(({ shape }) => String(shape.type.value));

/** Wires what services hear on the bus. */
export const wire = (town: Town, { topUp }: Pick<ReturnType<typeof purchaseLife>, 'topUp'>): void => {
  const { agenda } = town;
  const deps = { handle: town.handleAccount, catalog, logger: silent, now: agenda.now };
  const onJobEnded = endHold(deps);
  const onPayment = followPayment({ ...deps, count: () => undefined });
  const onUser = followUser(deps);
  town.listen(typesOf(jobEnded), (event) => onJobEnded(jobEnded.parse(event)));
  town.listen(typesOf(paymentEvent), (event) => onPayment(paymentEvent.parse(event)));
  const follow = async (event: z.infer<typeof userEvent>): Promise<void> => {
    if ((await onUser(event)) === 'holds-open') agenda.after(5 * minuteMs, () => follow(event));
  };
  town.listen(typesOf(userEvent), (event) => follow(userEvent.parse(event)));
  town.listen(['TopUpRequested'], async (event) => {
    const { app, user, data } = topUpRequested.parse(event);
    const definition = await catalog.app(app);
    if (definition) await topUp(definition, { app, user }, data.topUpId, data.packId);
  });
};

export interface Person {
  readonly owner: Owner;
  readonly definition: AppDefinition;
  hasLeft: boolean;
}

export const peopleOf = (town: Town) => {
  const { agenda, random } = town;
  const meta = { actor: 'system:busy-week', correlationId: 'busy-week' };

  const account = async ({ owner, definition }: Person, command: (at: string) => AccountCommand) => {
    const handled = await town.handleAccount(accountStream(owner), command(agenda.now()), meta);
    const passes = handled.accepted || ['account-closed', 'credits-insufficient'].includes(handled.rejection);
    if (!passes) throw new Error(`${definition.id} refused: ${handled.rejection}`);
  };

  const tellRecord = (before: UserRecord | undefined, after: UserRecord) => {
    for (const event of toPublished({ before, after })) town.tell('identity', event);
  };

  const leave = (person: Person, before: UserRecord) => {
    person.hasLeft = true;
    const at = agenda.now();
    const { owner, app, user, correlation_id } = before;
    const facts = { owner, app, user, correlation_id, deleted_at: at, status: 'deleted' } as const;
    const first: UserRecord = { ...facts, version: 2, updated_at: at, deletion_pass: 1 };
    tellRecord(before, first);
    agenda.after(60 * minuteMs, async () =>
      tellRecord(first, { ...facts, version: 3, updated_at: agenda.now(), deletion_pass: 2 }),
    );
  };

  /** What users and admins do beside running tools. */
  const habits = (person: Person) => {
    const { definition, owner } = person;
    const [pack] = definition.packs;
    if (random.chance(0.1))
      agenda.after(random.skewed(60 * minuteMs), () => account(person, (at) => ({ type: 'SetAlert', at, below: 3 })));
    if (pack && definition.payment_providers?.[0] !== 'paymob' && random.chance(0.05)) {
      const topUp = { below: 5, packId: pack.id, maxPerMonth: 3 };
      agenda.after(random.skewed(90 * minuteMs), () => account(person, (at) => ({ type: 'SetTopUp', at, topUp })));
    }
    if (random.chance(0.03)) {
      const adjustmentId = `adj_${derivedUuid(owner.app, owner.user)}`;
      const credits = random.chance(0.5) ? 20 : -2;
      agenda.after(random.skewed(dayMs), () =>
        account(person, (at) => {
          const policy = policyOf(definition, at);
          return { type: 'AdjustCredits', at, adjustmentId, credits, reason: 'made good', policy };
        }),
      );
    }
    if (random.chance(0.08)) {
      const days = random.pick([1, 2, 30]);
      agenda.after(random.skewed(dayMs), () =>
        account(person, (at) => {
          const expiresAt = Math.floor(Date.parse(at) / 1_000) + days * 86_400;
          return { type: 'GrantCredits', at, grantId: 'spring-bonus', kind: 'bonus', credits: 15, expiresAt };
        }),
      );
    }
  };

  return {
    /** The daily reset, which the schedule starts. */
    issue: (person: Person): Promise<void> =>
      account(person, (at) => ({ type: 'IssueDaily', at, policy: policyOf(person.definition, at) })),
    signUp(definition: AppDefinition, number: number): Person {
      const owner = { app: definition.id, user: derivedUuid('busy-week', definition.id, String(number)) };
      const person: Person = { owner, definition, hasLeft: false };
      const at = agenda.now();
      const record = newUser({ owner, via: 'hook', email: 'ada@example.com', at, correlationId: `sign-up-${number}` });
      tellRecord(undefined, record);
      agenda.after(5 * minuteMs, async () => habits(person));
      if (random.chance(0.03)) agenda.after(random.skewed(2 * dayMs) + dayMs, async () => leave(person, record));
      return person;
    },
  };
};
