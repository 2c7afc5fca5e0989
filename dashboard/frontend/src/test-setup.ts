import { afterEach, vi } from "vitest";

// What jsdom lacks and components ask for.
if (typeof window !== "undefined") {
  window.matchMedia ??= vi
    .fn()
    .mockReturnValue({ matches: false, addEventListener() {}, removeEventListener() {} });
  window.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  Element.prototype.scrollIntoView ??= () => {};
  const { cleanup } = await import("@testing-library/react");
  afterEach(cleanup);
}
