/**
 * What only the source code knows: which rejections a route's handler can give, by its type, and what comments say of a field. Asked of
 * the compiler itself (TypeScript 7's API, which its makers call unstable: `package.json` pins the version).
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, SyntaxKind } from 'typescript/unstable/ast';
import { isPropertyAssignment, isShorthandPropertyAssignment } from 'typescript/unstable/ast/is';
import {
  API,
  type Checker,
  type Symbol as NamedSymbol,
  type Project,
  SignatureKind,
  type Type,
} from 'typescript/unstable/sync';
import type * as z from 'zod';
import { type NamedSchema, root, type ServiceSource } from './sources.ts';

export interface Code {
  /** The rejections of `<service>/<route>`; absent where no handler was found. */
  readonly rejections: ReadonlyMap<string, readonly string[]>;
  /** What is said of an object's fields, by their names. */
  readonly fields: ReadonlyMap<z.ZodType, Readonly<Record<string, string>>>;
  /** What is said of an exported schema. */
  readonly exported: ReadonlyMap<z.ZodType, string>;
}

const oneLine = (comment: string): string => comment.replaceAll(/\s*\n\s*/g, ' ').trim();

const membersOf = (type: Type): readonly Type[] => (type.isUnionType() ? type.getTypes() : [type]);

const argumentsOf = (checker: Checker, type: Type | undefined): readonly Type[] =>
  type?.isTypeReference() ? checker.getTypeArguments(type) : [];

/** The literals of a type's `rejection`; a rejection that is any string says nothing. */
const rejectionsOf = (checker: Checker, handler: Type): string[] => {
  const [signature] = checker.getSignaturesOfType(handler, SignatureKind.Call);
  const [answer] = argumentsOf(checker, signature && checker.getReturnTypeOfSignature(signature));
  const found = new Set<string>();
  for (const member of answer ? membersOf(answer) : []) {
    const property = checker.getPropertyOfType(member, 'rejection');
    const type = property && checker.getTypeOfSymbol(property);
    for (const literal of type ? membersOf(type) : []) if (literal.isStringLiteralType()) found.add(literal.value);
  }
  return [...found].toSorted();
};

const isHandler = (checker: Checker, type: Type): boolean =>
  checker.getSignaturesOfType(type, SignatureKind.Call).length === 1;

/** Every `<name>: <handler>` of a file, wherever it stands. */
const handlersIn = ({ checker, program }: Project, file: string, names: ReadonlySet<string>) => {
  const found = new Map<string, Type>();
  const visit = (node: Node): void => {
    if (isPropertyAssignment(node) || isShorthandPropertyAssignment(node)) {
      const name = node.name.kind === SyntaxKind.Identifier && 'text' in node.name ? String(node.name.text) : '';
      const value = isPropertyAssignment(node) ? node.initializer : node.name;
      const type = names.has(name) && value ? checker.getTypeAtLocation(value) : undefined;
      if (type && isHandler(checker, type)) found.set(name, type);
    }
    node.forEachChild(visit);
  };
  program.getSourceFile(join(root, file))?.forEachChild(visit);
  return found;
};

const readRejections = (project: Project, services: readonly ServiceSource[]) => {
  const rejections = new Map<string, readonly string[]>();
  for (const { name: service, routes } of services) {
    const names = new Set(routes.map(({ name }) => name));
    const files = globSync(`services/${service}/handlers/*.ts`, { cwd: root }).filter(
      (file) => !/\.test\.ts$/.test(file),
    );
    for (const file of files)
      for (const [name, handler] of handlersIn(project, file, names))
        rejections.set(`${service}/${name}`, rejectionsOf(project.checker, handler));
  }
  return rejections;
};

/** Goes down a schema and its type side by side: zod's own types name what they are made of in the same order as its values hold it. */
const fieldReader = (checker: Checker) => {
  const fields = new Map<z.ZodType, Record<string, string>>();
  const seen = new Set<z.core.$ZodType>();
  const readShape = (schema: z.ZodObject, type: Type | undefined): void => {
    const said: Record<string, string> = {};
    for (const symbol of type ? checker.getPropertiesOfType(type) : []) {
      const comment = oneLine(checker.getDocumentationCommentOfSymbol(symbol));
      if (comment !== '') said[symbol.name] = comment;
      const inner = schema.shape[symbol.name];
      if (inner) read(inner, checker.getTypeOfSymbol(symbol));
    }
    fields.set(schema, said);
  };
  const read = (schema: z.core.$ZodType, type: Type | undefined): void => {
    if (!type || seen.has(schema)) return;
    seen.add(schema);
    const [first, second] = argumentsOf(checker, type);
    const { def } = (schema as z.core.$ZodTypes)._zod;
    if (def.type === 'object') readShape(schema as z.ZodObject, first);
    else if (def.type === 'array') read(def.element, first);
    else if (def.type === 'record') read(def.valueType, second);
    else if (def.type === 'union') {
      const options = argumentsOf(checker, first);
      for (const [index, option] of def.options.entries()) read(option, options[index]);
    } else if (def.type === 'pipe') {
      read(def.in, first);
      read(def.out, second);
    } else if ('innerType' in def) read(def.innerType, first);
  };
  return { fields, read };
};

const exportsOf = ({ checker, program }: Project, file: string): ReadonlyMap<string, NamedSymbol> => {
  const source = program.getSourceFile(join(root, file));
  const module = source && checker.getSymbolAtLocation(source);
  return new Map((module ? checker.getExportsOfModule(module) : []).map((symbol) => [symbol.name, symbol]));
};

/** @throws Error when the compiler does not know the repository's project. */
export const readCode = (services: readonly ServiceSource[], schemas: readonly NamedSchema[]): Code => {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(root, 'reference', 'tsconfig.json')] }).getProjects();
    if (!project) throw new Error('the compiler found no project');
    const { checker } = project;
    const { fields, read } = fieldReader(checker);
    const exported = new Map<z.ZodType, string>();
    const symbols = new Map<string, ReadonlyMap<string, NamedSymbol>>();
    const symbolOf = (file: string, name: string): NamedSymbol | undefined => {
      const known = symbols.get(file) ?? exportsOf(project, file);
      symbols.set(file, known);
      return known.get(name);
    };
    for (const { file, name, schema } of schemas) {
      const symbol = symbolOf(file, name);
      if (!symbol) continue;
      const comment = oneLine(checker.getDocumentationCommentOfSymbol(symbol));
      if (comment !== '') exported.set(schema, comment);
      read(schema, checker.getTypeOfSymbol(symbol));
    }
    const typeOf = (of: Type | undefined, name: string): Type | undefined => {
      const property = of && checker.getPropertyOfType(of, name);
      return property && checker.getTypeOfSymbol(property);
    };
    for (const { service, name, route, table } of services.flatMap(({ routes }) => routes)) {
      const symbol = symbolOf(`services/${service}/routes.ts`, table);
      const type = typeOf(symbol && checker.getTypeOfSymbol(symbol), name);
      for (const part of ['params', 'query', 'body'] as const) if (route[part]) read(route[part], typeOf(type, part));
      for (const [status, reply] of Object.entries(route.replies)) read(reply, typeOf(typeOf(type, 'replies'), status));
    }
    return { rejections: readRejections(project, services), fields, exported };
  } finally {
    api.close();
  }
};
