import type { Counter, CounterEvent } from '../testing/counter.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { memoryEventStore } from './memory-event-store.ts';

const store = memoryEventStore<Counter, CounterEvent>();

describe('memory event store', () => eventStoreContract(() => store));
