/** A fact about a node: for a person as text, for a program as JSON. */
export type Fact = string | number | boolean | Date;
