/** A synthesized CloudFormation template, as far as the local account reads it. */
import * as z from 'zod';

const section = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).default({});

const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: section(z.unknown()),
  Condition: z.string().optional(),
  DependsOn: z.unknown().optional(),
  CreationPolicy: z.unknown().optional(),
  DeletionPolicy: z.unknown().optional(),
  UpdatePolicy: z.unknown().optional(),
  UpdateReplacePolicy: z.unknown().optional(),
});

/** `Rules` only guard a deployment; `Transform` is left out, so that a template which needs one is refused. */
export const templateSchema = z.strictObject({
  AWSTemplateFormatVersion: z.unknown().optional(),
  Description: z.unknown().optional(),
  Metadata: z.unknown().optional(),
  Rules: z.unknown().optional(),
  Parameters: section(z.object({ Type: z.string(), Default: z.unknown().optional() })),
  Mappings: section(z.record(z.string(), z.record(z.string(), z.unknown()))),
  Conditions: section(z.unknown()),
  Resources: section(resource),
  Outputs: section(
    z.object({
      Value: z.unknown().optional(),
      Condition: z.string().optional(),
      Export: z.object({ Name: z.unknown() }).optional(),
    }),
  ),
});

export type TemplateResource = z.output<typeof resource>;
export type Template = z.output<typeof templateSchema>;

export interface StackTemplate {
  readonly stack: string;
  readonly template: Template;
}
