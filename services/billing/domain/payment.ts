/** A payment: asked for once, captured once, and what goes back of it takes back its credits in proportion, exactly. */
import { accept, type Decider } from '#shared/eventsourcing/decider.ts';
import type { PaymentCommand, PaymentRejection } from './payment-commands.ts';
import type { PaymentEvent } from './payment-events.ts';
import { type Payment, unknownPayment } from './payment-state.ts';

export const payment: Decider<Payment, PaymentCommand, PaymentEvent, PaymentRejection> = {
  initialState: unknownPayment,
  decide: () => accept(),
  evolve: (state) => state,
};
