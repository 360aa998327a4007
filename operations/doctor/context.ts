/** What `cdk.json` says of the deployment, as the CDK app reads it: issuers and the API's own address. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { type AppDefinition, type IssuersByApp, issuersByApp } from '#services/catalog/contracts.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';

const cdkJson = z.object({
  context: z
    .object({
      issuers: z.union([issuersByApp, z.string().transform((text) => issuersByApp.parse(JSON.parse(text)))]).optional(),
      public_url: z.url({ protocol: /^https$/ }).optional(),
    })
    .default({}),
});

export interface DeployedContext {
  readonly issuers: IssuersByApp;
  readonly publicUrl: string | undefined;
}

/** Issuers of the apps' own files where the context has none. @throws OperatorError for a file that the CDK could not read either. */
export const readContext = async (file: string, definitions: readonly AppDefinition[]): Promise<DeployedContext> => {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    const { context } = cdkJson.parse(JSON.parse(text));
    return {
      issuers: context.issuers ?? Object.fromEntries(definitions.map(({ id, issuers }) => [id, issuers])),
      publicUrl: context.public_url?.replace(/\/$/, ''),
    };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new OperatorError(`the context in ${file} is wrong: ${why}`);
  }
};
