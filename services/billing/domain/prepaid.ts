/** What was prepaid of a plan: one span of time, made of its payments' parts, each behind the one before. */
import type { PrepaidEnded } from './subscription-events.ts';
import type { PrepaidPart, PrepaidPeriod, PrepaidSpan } from './subscription-state.ts';

/** One for each plan that was ever prepaid. */
const maxPlans = 12;
/** Two years of months, bought ahead. */
const maxParts = 24;

const isBefore = (one: string, other: string): boolean => Date.parse(one) < Date.parse(other);

const partsOf = ({ parts, paymentId, from, until }: PrepaidSpan): readonly PrepaidPart[] =>
  parts ?? [{ paymentId, from, until }];

const extended = (before: PrepaidSpan, period: PrepaidPeriod): PrepaidSpan => {
  const { paymentId, from, until } = period;
  return { ...period, from: before.from, parts: [...partsOf(before), { paymentId, from, until }].slice(-maxParts) };
};

export const withPeriod = (spans: readonly PrepaidSpan[], period: PrepaidPeriod): readonly PrepaidSpan[] => {
  const before = spans.find(({ plan, until }) => plan === period.plan && until === period.from);
  const others = spans.filter(({ plan }) => plan !== period.plan);
  return [...others, before ? extended(before, period) : period].slice(-maxPlans);
};

/** The span that a payment still gives time to. */
export const spanOf = (spans: readonly PrepaidSpan[], paymentId: string, at: string): PrepaidSpan | undefined =>
  spans.find((span) => partsOf(span).some((part) => part.paymentId === paymentId && isBefore(at, part.until)));

/**
 * The span without what was left of one payment's part. Parts behind it move up by so much: they are paid for, and nobody waits for
 * time they have paid for while other time is taken away.
 */
const shortened = (span: PrepaidSpan, { paymentId, endedAt }: PrepaidEnded): readonly PrepaidSpan[] => {
  const parts = partsOf(span);
  const ended = parts.find((part) => part.paymentId === paymentId);
  if (!ended) return [span];
  const leftMs = Date.parse(ended.until) - Math.max(Date.parse(ended.from), Date.parse(endedAt));
  const sooner = (time: string): string => new Date(Date.parse(time) - leftMs).toISOString();
  const rest = parts
    .filter((part) => part !== ended)
    .map((part) =>
      isBefore(part.from, ended.until) ? part : { ...part, from: sooner(part.from), until: sooner(part.until) },
    );
  const last = rest.at(-1);
  return last ? [{ ...span, until: last.until, parts: rest }] : [];
};

export const withoutPayment = (spans: readonly PrepaidSpan[], ended: PrepaidEnded): readonly PrepaidSpan[] =>
  spans.flatMap((span) => (span.plan === ended.plan ? shortened(span, ended) : [span]));
