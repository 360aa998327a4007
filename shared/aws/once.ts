/**
 * AWS clients are made once per process, on first use. Region, credentials and endpoint come from the SDK's own variables.
 * One file per client: with `"sideEffects": false` in package.json a bundle holds those that its function uses and no others.
 */
export const once = <Value>(make: () => Value): (() => Value) => {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
};
