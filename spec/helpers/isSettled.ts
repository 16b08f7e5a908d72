/** Whether a promise is fulfilled or rejected by now. Virtual time does not turn promises, so this lets them turn. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => void (settled = true);
  promise.then(settle, settle);
  for (let i = 0; i < 10; i++) await Promise.resolve();
  return settled;
}
