/** The client writes its messages down once more, for it depends on nothing. Here both sides are held together. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type * as z from 'zod';
import {
  notificationName,
  type notificationType,
  socketControl,
  socketMessage,
  socketProtocol,
  socketRequest,
  tokenProtocolPrefix,
} from '#services/notifications/contracts.ts';
import * as client from '../sdk/realtime/messages.ts';

type Readonlys<T> = T extends object ? { readonly [K in keyof T]: Readonlys<T[K]> } : T;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Assignable<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Fails the type check where the two sides differ. */
const same = <Same extends true>(type: Same): Same => type;

test('SP14: the client has the types of the contracts, no more and no less', () => {
  expect([
    same<Assignable<Readonlys<z.infer<typeof socketMessage>>, client.SocketMessage>>(true),
    same<Assignable<Readonlys<z.infer<typeof socketControl>>, client.SocketControl>>(true),
    same<Assignable<Readonlys<z.infer<typeof socketRequest>>, client.SocketRequest>>(true),
    same<Equal<z.infer<typeof notificationType>, client.NotificationType>>(true),
    same<Equal<z.infer<typeof socketMessage>['type'], client.SocketMessageType>>(true),
  ]).not.toContain(false);
  expect([client.socketProtocol, client.tokenProtocolPrefix]).toEqual([socketProtocol, tokenProtocolPrefix]);
});

const page = readFileSync(join(import.meta.dirname, '../docs/realtime.md'), 'utf8');
/** Each message that the document shows is a sample. */
const documented = [...page.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, samples = '']) =>
  samples.trim().split('\n'),
);
const samples = documented.map((text) => ({ text, said: JSON.parse(text) as { type?: string; action?: string } }));

test('what the document shows of each type is read by the client as the contracts mean it', () => {
  const said = samples.filter(({ said }) => said.type !== undefined);
  for (const { text, said: sample } of said) {
    const schema = socketControl.safeParse(sample).success ? socketControl : socketMessage;
    expect(schema.parse(sample)).toEqual(sample);
    expect(client.parseSaid(text)).toEqual(sample);
  }
  const types = said.map(({ said }) => said.type);
  const known = [...socketMessage.options, ...socketControl.options].map(({ shape }) => shape.type.value);
  expect(new Set(types)).toEqual(new Set(known));
});

test('what the document lets a client say is what the server takes', () => {
  const requests = samples.filter(({ said }) => said.action !== undefined).map(({ said }) => socketRequest.parse(said));
  expect(requests.map(({ action }) => action).sort()).toEqual(['hello', 'ping', 'resume']);
});

test('SP5: the document names each notification', () => {
  expect(notificationName.options.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('a browser can load the client: it imports its own files and nothing else', () => {
  const root = join(import.meta.dirname, '../sdk/realtime');
  const files = globSync('*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const imports = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\bfrom '([^']+)'/g)].map(([, specifier = '']) => specifier),
  );
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((specifier) => !files.includes(specifier.replace(/^\.\//, '')))).toEqual([]);
});
