/** Resolves CloudFormation's intrinsic functions over several stacks at once, each reference when it is first needed. */
import type { ModelOptions } from '../contracts.ts';
import { identify } from './identities.ts';
import { type IntrinsicScope, isIntrinsic, noValue, resolveIntrinsic } from './intrinsics.ts';
import type { ResourceIdentity } from './resource-types.ts';
import type { StackTemplate, Template } from './template-schema.ts';

/** Deeper nesting is a cycle or a mistake. */
const maxDepth = 64;

export class Resolver {
  readonly #options: ModelOptions;
  readonly #stacks: readonly StackTemplate[];
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #identities = new Map<string, ResourceIdentity>();
  readonly #inProgress = new Set<string>();
  #exports: Map<string, { stack: string; value: unknown }> | undefined;

  constructor(stacks: readonly StackTemplate[], options: ModelOptions) {
    this.#options = options;
    this.#stacks = stacks;
    this.#templates = new Map(stacks.map(({ stack, template }) => [stack, template]));
  }

  /** The value with every intrinsic resolved; `where` names it in errors. */
  resolve(stack: string, value: unknown, where: string, depth = 0): unknown {
    if (depth > maxDepth) throw new Error(`${where} is nested too deeply`);
    if (typeof value === 'string' && value.includes('{{resolve:')) {
      throw new Error(`${where}: dynamic references ({{resolve:…}}) are not known to the local account`);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      return value
        .map((item, i) => this.resolve(stack, item, `${where}[${i}]`, depth + 1))
        .filter((item) => item !== noValue);
    }
    if (isIntrinsic(value)) return resolveIntrinsic(value, this.#scope(stack, where, depth));
    const entries = Object.entries(value)
      .map(([key, item]) => [key, this.resolve(stack, item, `${where}.${key}`, depth + 1)] as const)
      .filter(([, item]) => item !== noValue);
    return Object.fromEntries(entries);
  }

  condition(stack: string, name: string): boolean {
    const expression = this.#template(stack).Conditions[name];
    if (expression === undefined) throw new Error(`${stack} has no condition ${name}`);
    const where = `${stack}/Conditions/${name}`;
    return this.#once(where, () => this.resolve(stack, expression, where)) === true;
  }

  identity(stack: string, logicalId: string): ResourceIdentity {
    const key = `${stack}/${logicalId}`;
    const known = this.#identities.get(key);
    if (known) return known;
    const resource = this.#template(stack).Resources[logicalId];
    if (!resource) throw new Error(`${stack} has no resource ${logicalId}`);
    const made = this.#once(key, () =>
      identify(stack, logicalId, resource, this.#options, (name) => {
        const value = this.resolve(stack, resource.Properties[name], `${key} (${resource.Type}) ${name}`);
        return value === noValue ? undefined : value;
      }),
    );
    this.#identities.set(key, made);
    return made;
  }

  #template(stack: string): Template {
    const template = this.#templates.get(stack);
    if (!template) throw new Error(`there is no stack ${stack}`);
    return template;
  }

  #once<Result>(key: string, work: () => Result): Result {
    if (this.#inProgress.has(key)) throw new Error(`${key} refers to itself`);
    this.#inProgress.add(key);
    try {
      return work();
    } finally {
      this.#inProgress.delete(key);
    }
  }

  #scope(stack: string, where: string, depth: number): IntrinsicScope {
    return {
      where,
      region: this.#options.region,
      resolve: (value) => this.resolve(stack, value, where, depth + 1),
      ref: (name) => this.#ref(stack, name, where),
      attribute: (logicalId, attribute) => {
        const { arn, attributes } = this.identity(stack, logicalId);
        const value = attributes?.[attribute] ?? (attribute === 'Arn' ? arn : undefined);
        if (value === undefined) {
          throw new Error(`${where}: ${logicalId} has no attribute ${attribute} in the local account`);
        }
        return value;
      },
      condition: (name) => this.condition(stack, name),
      mapping: (map, top, second) => this.#template(stack).Mappings[map]?.[top]?.[second],
      exported: (name) => {
        this.#exports ??= this.#collectExports();
        const found = this.#exports.get(name);
        if (!found) throw new Error(`${where}: no stack exports ${name}`);
        return this.#once(`the export ${name}`, () => this.resolve(found.stack, found.value, `export ${name}`));
      },
    };
  }

  #ref(stack: string, name: string, where: string): unknown {
    const { region, accountId } = this.#options;
    const pseudo: Readonly<Record<string, unknown>> = {
      'AWS::Region': region,
      'AWS::AccountId': accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stack}/local`,
      'AWS::NotificationARNs': [],
      'AWS::NoValue': noValue,
    };
    if (name in pseudo) return pseudo[name];
    const template = this.#template(stack);
    if (template.Resources[name]) return this.identity(stack, name).ref;
    const parameter = template.Parameters[name];
    if (!parameter) throw new Error(`${where}: ${stack} has no resource or parameter ${name}`);
    const { Type, Default } = parameter;
    if (Default === undefined) throw new Error(`${where}: the parameter ${name} of ${stack} has no default`);
    return Type.startsWith('List<') || Type === 'CommaDelimitedList' ? String(Default).split(',') : String(Default);
  }

  #collectExports() {
    const found = new Map<string, { stack: string; value: unknown }>();
    for (const { stack, template } of this.#stacks) {
      for (const [output, { Value, Export, Condition }] of Object.entries(template.Outputs)) {
        if (!Export || (Condition && !this.condition(stack, Condition))) continue;
        found.set(String(this.resolve(stack, Export.Name, `${stack}/Outputs/${output}`)), { stack, value: Value });
      }
    }
    return found;
  }
}
