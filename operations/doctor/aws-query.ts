/**
 * The three questions that go to AWS services by their Query protocol, signed by the SDK's own signer: a client of the SDK for each
 * would be three more packages. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Signing {
  readonly region: string;
  readonly credentials: () => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }>;
  /** In place of AWS's own address of a service. */
  readonly endpoint?: string | undefined;
}

type Service = 'sts' | 'cloudformation' | 'sns';
const versions: Readonly<Record<Service, string>> = {
  sts: '2011-06-15',
  cloudformation: '2010-05-15',
  sns: '2010-03-31',
};

/** SHA-256 as the signer wants it. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Buffer => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
};

/** AWS's answer that it does not do this: its code, as in `ValidationError`, and its words. */
export class AwsRefusal extends Error {
  override readonly name: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** The texts of every element of this name. These answers have no attributes, and no element within one of its own name but `member`. */
export const textsOf = (xml: string, element: string): string[] =>
  [...xml.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, 'g'))].map(([, text = '']) =>
    unescaped(text.trim()),
  );

const timeoutMs = 10_000;
const maxBytes = 1_000_000;

export type AwsQuery = (service: Service, parameters: Readonly<Record<string, string>>) => Promise<string>;

/** Answers the XML. @throws AwsRefusal, or what the network says. */
export const awsQuery =
  ({ region, credentials, endpoint }: Signing): AwsQuery =>
  async (service, parameters) => {
    const url = new URL(endpoint ?? `https://${service}.${region}.amazonaws.com`);
    const body = new URLSearchParams({ ...parameters, Version: versions[service] }).toString();
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port ? { port: Number(url.port) } : {}),
      path: '/',
      query: {},
      headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    });
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
    const xml = (await response.text()).slice(0, maxBytes);
    if (response.ok) return xml;
    throw new AwsRefusal(
      textsOf(xml, 'Code')[0] ?? `HTTP ${response.status}`,
      textsOf(xml, 'Message')[0] ?? 'no reason',
    );
  };
