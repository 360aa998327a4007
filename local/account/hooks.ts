/** The gateway's way back into the account: invocations, events, writes. */
import type { GatewayHooks, InvokeResult } from '../contracts.ts';
import type { Triggers } from '../triggers/triggers.ts';

export type Invoke = (functionName: string, event: unknown) => Promise<InvokeResult>;

/** What the gateway calls back; the triggers come a moment after it. */
export function createHooks(
  invoke: Invoke,
  triggers: () => Triggers,
  kill: (name: string) => void,
  called: GatewayHooks['called'],
  webSocketConnection: NonNullable<GatewayHooks['webSocketConnection']>,
): GatewayHooks {
  return {
    async invoke(functionName, payload, mode) {
      if (mode === 'RequestResponse') return invoke(functionName, payload);
      void triggers().invokeAsync(functionName, JSON.parse(payload.toString() || '{}'), 'invoke');
      return { payload: Buffer.alloc(0) };
    },
    putEvents: async (entries) => triggers().bus.put(entries),
    tableWritten: (table) => triggers().tableWritten(table),
    // Pollers wait at the queue itself.
    queueTouched: () => {},
    visibilityChanged: (queue, receiptHandle) => triggers().visibilityChanged(queue, receiptHandle),
    objectCreated: (object) => triggers().objectCreated(object),
    killFunction: kill,
    called,
    webSocketConnection,
  };
}
