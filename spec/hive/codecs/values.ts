import fc from 'fast-check';

const VIEWS = [fc.uint8Array(), fc.int16Array(), fc.float32Array(), fc.float64Array(), fc.bigInt64Array()];

/** Values of all kinds that the codec `objects` keeps, but for dates that are none: they equal nothing. */
export const wholeValues: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      ...[fc.string({ unit: 'binary' }), fc.double(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined, -0)],
      ...[fc.date({ noInvalidDate: true }), fc.constantFrom(/a+/giu, new RangeError('far'))],
      ...VIEWS,
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.uint8Array().map((bytes) => Uint8Array.from(bytes).buffer)
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items))
  ),
})).value;
