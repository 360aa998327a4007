/** A Lambda function as all of Tessera's are: one TypeScript entry, its own role and log group, an alarm on errors. */
import { join } from 'node:path';
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type CfnFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import {
  type ICommandHooks,
  LogLevel,
  NodejsFunction,
  OutputFormat,
  SourceMapMode,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { isTraced } from '../config.ts';
import { alarmAbove } from './alarm.ts';

export interface TesseraFunctionProps {
  readonly service: string;
  /** Source file, relative to the repository. Exports `handler`. */
  readonly entry: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Only where another stack must know it without depending on this one; else CloudFormation makes one. */
  readonly functionName?: string;
  /** Default 10 s. */
  readonly timeout?: Duration;
  /** Default 512 MB: below that, the CPU share makes start-up slow. */
  readonly memorySize?: number;
  /** Packages with compiled parts, copied as they are instead of bundled. */
  readonly nativeModules?: readonly NativeModule[];
}

/** A native package and what it needs beside it, for Lambda's Linux on x86-64. */
const nativePackages = {
  sharp: ['sharp', '@img/colour', '@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64', 'detect-libc', 'semver'],
} as const;
export type NativeModule = keyof typeof nativePackages;

const copyNative = (modules: readonly NativeModule[]): ICommandHooks => ({
  beforeBundling: () => [],
  beforeInstall: () => [],
  afterBundling: (inputDir, outputDir) =>
    modules
      .flatMap((name) => nativePackages[name])
      .flatMap((name) => {
        const from = join(inputDir, 'node_modules', name);
        const to = join(outputDir, 'node_modules', name);
        const missing = `${name} is not installed: run "npm install --os=linux --cpu=x64 --libc=glibc" first`;
        // Checked when the bundle is made: the construct asks for these commands for its Docker path too, which never runs.
        return [
          `test -d "${from}" || { echo '${missing}' >&2; exit 1; }`,
          `mkdir -p "${to}"`,
          `cp -R "${from}/." "${to}"`,
        ];
      }),
});

export class TesseraFunction extends NodejsFunction {
  readonly service: string;
  readonly entryFile: string;

  constructor(scope: Construct, id: string, props: TesseraFunctionProps) {
    const {
      service,
      entry,
      functionName,
      environment = {},
      timeout = Duration.seconds(10),
      memorySize = 512,
      nativeModules = [],
    } = props;
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role of its own in place of AWS's managed one, which may write to every log group of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const traced = isTraced(scope);
    super(scope, id, {
      role,
      ...(traced ? { tracing: Tracing.ACTIVE } : {}),
      entry,
      ...(functionName ? { functionName } : {}),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      // Native packages are installed for the builder's Linux on x86-64; all else runs on Graviton, which costs a fifth less.
      architecture: nativeModules.length > 0 ? Architecture.X86_64 : Architecture.ARM_64,
      timeout,
      memorySize,
      environment: {
        POWERTOOLS_SERVICE_NAME: service,
        POWERTOOLS_METRICS_NAMESPACE: 'Tessera',
        POWERTOOLS_LOG_LEVEL: 'INFO',
        NODE_OPTIONS: '--enable-source-maps',
        ...environment,
      },
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // The SDK's own credential and socket handling is bundled with the rest: what was tested is what runs.
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourceMapMode: SourceMapMode.EXTERNAL,
        metafile: true,
        logLevel: LogLevel.WARNING,
        externalModules: nativeModules.flatMap((name) => [name]),
        // Bundled CommonJS packages call require(); an ES module has none of its own.
        banner: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
        mainFields: ['module', 'main'],
        ...(nativeModules.length > 0 ? { commandHooks: copyNative(nativeModules) } : {}),
      },
      awsSdkConnectionReuse: false,
      depsLockFilePath: 'package-lock.json',
    });
    this.service = service;
    this.entryFile = entry;
    if (traced)
      Validations.of(role).acknowledge({
        id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
        reason: 'X-Ray takes no resource.',
      });
    (this.node.defaultChild as CfnFunction).addMetadata('tessera:entry', entry);
    alarmAbove(this, 'Errors', this.metricErrors({ period: Duration.minutes(5) }), {
      threshold: 0,
      describe: `${service}: ${id} fails`,
      runbook: 'function-fails',
    });
  }

  /** Lets the function do this on these resources and nothing more. */
  allow(actions: readonly string[], resources: readonly string[]): void {
    this.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }

  /** Lets the function read secrets by their names; Secrets Manager adds a hyphen and six characters to each. */
  allowSecrets(names: readonly string[]): void {
    const arnOf = (name: string) =>
      Stack.of(this).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${name}-??????`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    if (names.length > 0) this.allow(['secretsmanager:GetSecretValue'], names.map(arnOf));
  }

  /** Lets the function list a bucket's keys of this form, as in `uploads/*`, and no others. */
  allowListing(bucketArn: string, keys: string): void {
    this.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucketArn],
        conditions: { StringLike: { 's3:prefix': keys } },
      }),
    );
  }
}
