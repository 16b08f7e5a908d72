/**
 * None, one, or many: for a field that holds one most of the time, which then takes no more memory than the field. Give
 * the result of {@link withMember} and {@link withoutMember} back to the field.
 */
export type Members<T extends object> = T | Set<T> | undefined;

export function withMember<T extends object>(members: Members<T>, member: T): Members<T> {
  if (members === undefined || members === member) return member;
  return members instanceof Set ? members.add(member) : new Set([members, member]);
}

/** Without a member that may not be among them. */
export function withoutMember<T extends object>(members: Members<T>, member: T): Members<T> {
  if (members === member) return undefined;
  if (!(members instanceof Set) || !members.delete(member) || members.size > 0) return members;
  return undefined;
}

export function hasMember<T extends object>(members: Members<T>, member: T): boolean {
  return members === member || (members instanceof Set && members.has(member));
}

export function someMember<T extends object>(members: Members<T>, test: (member: T) => boolean): boolean {
  if (!(members instanceof Set)) return members !== undefined && test(members);
  for (const member of members) if (test(member)) return true;
  return false;
}

/** A list of the members as they are now, in the order in which they came. */
export function membersOf<T extends object>(members: Members<T>): readonly T[] {
  if (members === undefined) return NONE;
  return members instanceof Set ? [...members] : [members];
}

const NONE: readonly never[] = [];
