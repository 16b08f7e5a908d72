/** The object that a text is the JSON of, or `undefined` if it is none. */
export function parsedJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** An object of JSON, or `undefined`. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** Text of JSON, or `''`. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A list of JSON; an empty one where there is none, which Go writes as `null`. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A list of texts. */
export function asTexts(value: unknown): readonly string[] {
  return asList(value).filter((it) => typeof it === 'string');
}

/** A number of JSON, or 0. */
export function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
