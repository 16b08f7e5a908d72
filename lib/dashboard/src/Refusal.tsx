/** Shown in place of everything when the address has no secret, or a wrong one. */
export function Refusal({ hasSecret }: { readonly hasSecret: boolean }) {
  return (
    <main class="refusal">
      <h1>This address does not open the dashboard</h1>
      <p>
        {hasSecret
          ? 'The secret in it is not that of the program that answers here. Perhaps it was started again since.'
          : 'The secret is missing in it.'}
      </p>
      <p>
        Use the whole address that <code>qrx dash</code> has printed in its terminal, with the part behind the{' '}
        <code>#</code>.
      </p>
    </main>
  );
}
