import type { Browser, CDPSession } from 'playwright-core';

/** An answer of Chromium to a command for a page, or an event without a number. */
interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** What Chromium tells of an expression. */
interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
}

/**
 * The tabs of one window of Chromium, of which one is in front, and the others are hidden, as for a person. Playwright
 * keeps each page that it drives visible, so it does not drive these: they have a context that it does not know.
 */
export class RealTabs implements AsyncDisposable {
  readonly #browser: CDPSession;
  readonly #context: string;

  private constructor(browser: CDPSession, context: string) {
    this.#browser = browser;
    this.#context = context;
  }

  static async in(browser: Browser): Promise<RealTabs> {
    const session = await browser.newBrowserCDPSession();
    return new RealTabs(session, (await session.send('Target.createBrowserContext')).browserContextId);
  }

  /** Opens a tab in front of the others. */
  async open(url: string): Promise<RealTab> {
    const { targetId } = await this.#browser.send('Target.createTarget', { url, browserContextId: this.#context });
    const { sessionId } = await this.#browser.send('Target.attachToTarget', { targetId, flatten: false });
    return new RealTab(this.#browser, sessionId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.send('Target.disposeBrowserContext', { browserContextId: this.#context });
    await this.#browser.detach();
  }
}

/** A tab that is hidden while another one of its window is in front. */
export class RealTab {
  readonly #browser: CDPSession;
  readonly #sessionId: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #sent = 0;

  constructor(browser: CDPSession, sessionId: string) {
    this.#browser = browser;
    this.#sessionId = sessionId;
    browser.on('Target.receivedMessageFromTarget', ({ sessionId: from, message }) => {
      const answer = JSON.parse(message) as Answer;
      if (from === sessionId && answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  toFront(): Promise<unknown> {
    return this.#send('Page.bringToFront');
  }

  /** Freezes the page as Chromium does with one that was hidden for long, or lets it go on. */
  become(state: 'frozen' | 'active'): Promise<unknown> {
    return this.#send('Page.setWebLifecycleState', { state });
  }

  /** The value of an expression in the page, as JSON has it. */
  async evaluate<T>(expression: string): Promise<T> {
    const told = (await this.#send('Runtime.evaluate', { expression, returnByValue: true })) as Evaluated;
    if (told.exceptionDetails) throw new Error(told.exceptionDetails.exception?.description ?? 'it failed in the page');
    return told.result.value as T;
  }

  async #send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#sent;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.#browser.send('Target.sendMessageToTarget', { sessionId: this.#sessionId, message });
    const { result, error } = await answered;
    this.#waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
}
