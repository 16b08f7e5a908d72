/** An option of a verb, as `--name` or `--name VALUE`. */
export interface OptionOfVerb {
  readonly about: string;
  /** The word for the value in the help, such as `'MS'`. Without one, the option is a switch. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** Whether it may come several times. */
  readonly many?: boolean;
}
