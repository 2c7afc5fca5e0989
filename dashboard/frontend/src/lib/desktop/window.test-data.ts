/** A window of Novapi's for tests: pywebview's side of the page (webview/js/api.js), with a program made of `answers`. */

type Answer = Record<string, unknown> | ((...params: never[]) => Record<string, unknown>);
type Settle = (answer: { value: string; isError?: boolean }) => void;

/** Returns the calls as they come: each method with what it was given. An answer with `inMs` takes so long. */
export function enterWindow(answers: Record<string, Answer>): [string, unknown[]][] {
  const called: [string, unknown[]][] = [];
  const waiting: Record<string, Record<string, Settle>> = {};
  window.webkit = { messageHandlers: { jsBridge: {} } };
  window.pywebview = {
    _returnValuesCallbacks: waiting,
    _checkValue(name, resolve, reject, id) {
      // As pywebview's own: without this name among the callbacks it throws.
      (waiting[name] as Record<string, Settle>)[id] = ({ value, isError }) =>
        isError ? reject(new Error(JSON.parse(value).message)) : resolve(JSON.parse(value));
    },
    _jsApiCallback(name, params, id) {
      called.push([name, params]);
      const { inMs = 0, ...answer } = answerOf(answers[name], params);
      const { isError, ...value } = answer;
      setTimeout(
        () => waiting[name]?.[id]?.({ value: JSON.stringify(value), isError: !!isError }),
        Number(inMs),
      );
    },
  };
  return called;
}

function answerOf(answer: Answer | undefined, params: unknown[]): Record<string, unknown> {
  try {
    return typeof answer === "function" ? answer(...(params as never[])) : (answer ?? {});
  } catch (error) {
    return { isError: true, message: (error as Error).message };
  }
}

export function leaveWindow(): void {
  window.webkit = window.pywebview = window.chrome = undefined;
}
