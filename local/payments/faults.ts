/** Faults of the providers' APIs, for tests: the next call that matches is answered otherwise, or its answer is lost. */
export interface ProviderFault {
  /** Against the method and path, as in `/^POST .v1.refunds$/`. */
  readonly call: RegExp;
  /** `lost`: what was asked for is done, and nobody hears of it. `refused`: nobody is there. */
  readonly answer:
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
    | 'lost'
    | 'refused';
  /** 1 by default. */
  readonly times?: number;
}

export interface ProviderFaults {
  next(fault: ProviderFault): void;
  /** The fault that the call meets, which is one time less from then on. */
  take(call: string): ProviderFault['answer'] | undefined;
}

export const createFaults = (): ProviderFaults => {
  const waiting: { readonly fault: ProviderFault; left: number }[] = [];
  return {
    next: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    take(call) {
      const found = waiting.find(({ fault, left }) => left > 0 && fault.call.test(call));
      if (found) found.left -= 1;
      return found?.fault.answer;
    },
  };
};
