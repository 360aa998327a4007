/** The API's document, as `npm run openapi` made it of the route tables, and its parts that the page shows. */
import committed from '../../docs/api/openapi.json' with { type: 'json' };

export type Json = { readonly [key: string]: unknown };

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Json;
}

export interface Media {
  readonly schema?: Json;
  readonly example?: unknown;
  readonly examples?: { readonly [name: string]: { readonly summary: string } };
}
export interface Content {
  readonly [mediaType: string]: Media;
}
export interface Response {
  readonly description: string;
  readonly content?: Content;
}
export interface Reference {
  readonly $ref: string;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly { readonly [scheme: string]: unknown }[];
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required?: boolean; readonly description?: string; readonly content: Content };
  readonly responses: { readonly [status: string]: Response | Reference };
}

export interface Paths {
  readonly [path: string]: { readonly [method: string]: Operation };
}

export interface ApiDocument {
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly summary: string;
    readonly description: string;
  };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Paths;
  readonly webhooks: Paths;
  readonly components: {
    readonly schemas: { readonly [name: string]: Json };
    readonly responses: { readonly [name: string]: Response };
    readonly parameters: { readonly [name: string]: Parameter };
    readonly securitySchemes: { readonly [name: string]: { readonly description: string } };
  };
}

// The generator's tests lint it against the specification: what is read here is there.
export const document = committed as unknown as ApiDocument;
