/** Reads what `cdk synth` wrote and makes one model of the account of it: every resource of every stack, nothing left to resolve. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { AccountModel, ModelOptions, Resource } from '../contracts.ts';
import { noValue } from './intrinsics.ts';
import { Resolver } from './resolver.ts';
import { resourceTypes } from './resource-types.ts';
import { type StackTemplate, type TemplateResource, templateSchema } from './template-schema.ts';

const manifestSchema = z.object({
  artifacts: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        properties: z
          .object({
            templateFile: z.string().optional(),
            stackName: z.string().optional(),
            directoryName: z.string().optional(),
          })
          .optional(),
      }),
    )
    .default({}),
});

/** @throws Error naming stack, logical id and property when a template holds what the local account does not know. */
export async function loadModel(cdkOutDir: string, options: ModelOptions): Promise<AccountModel> {
  return createModel(await readStacks(cdkOutDir), options);
}

async function readStacks(folder: string): Promise<StackTemplate[]> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  const stacks: StackTemplate[] = [];
  for (const [id, { type, properties }] of Object.entries(manifest.artifacts)) {
    if (type === 'aws:cloudformation:stack' && properties?.templateFile) {
      const text = await readFile(join(folder, properties.templateFile), 'utf8');
      stacks.push(parseStack(properties.stackName ?? id, JSON.parse(text)));
    }
    if (type === 'cdk:cloud-assembly' && properties?.directoryName) {
      stacks.push(...(await readStacks(join(folder, properties.directoryName))));
    }
  }
  if (stacks.length === 0) throw new Error(`${folder} holds no stack: run "cdk synth" first`);
  return stacks;
}

export function parseStack(stack: string, template: unknown): StackTemplate {
  const parsed = templateSchema.safeParse(template);
  if (!parsed.success) throw new Error(`the template of ${stack} is not understood:\n${z.prettifyError(parsed.error)}`);
  return { stack, template: parsed.data };
}

export function createModel(stacks: readonly StackTemplate[], options: ModelOptions): AccountModel {
  const resolver = new Resolver(stacks, options);
  const resources = stacks.flatMap(({ stack, template }) =>
    Object.entries(template.Resources)
      .filter(([, { Condition }]) => Condition === undefined || resolver.condition(stack, Condition))
      .map(([logicalId, resource]) => toResource(resolver, stack, logicalId, resource)),
  );
  const types = Map.groupBy(resources, ({ type }) => type);
  const arns = new Map(resources.map((resource) => [resource.arn, resource]));
  return {
    region: options.region,
    accountId: options.accountId,
    resources,
    ofType: (type) => types.get(type) ?? [],
    byArn: (arn) => arns.get(arn),
  };
}

function toResource(resolver: Resolver, stack: string, logicalId: string, resource: TemplateResource): Resource {
  const { ref, arn } = resolver.identity(stack, logicalId);
  const where = `${stack}/${logicalId} (${resource.Type})`;
  const known = resourceTypes[resource.Type]?.properties;
  for (const name of Object.keys(resource.Properties)) {
    if (!known?.has(name)) throw new Error(`${where}: the local account does not know the property ${name}`);
  }
  const properties = Object.entries(resource.Properties)
    .map(([name, value]) => [name, resolver.resolve(stack, value, `${where} ${name}`)] as const)
    .filter(([, value]) => value !== noValue);
  return {
    stack,
    logicalId,
    type: resource.Type,
    properties: Object.fromEntries(properties),
    metadata: resource.Metadata,
    ref,
    arn,
  };
}
