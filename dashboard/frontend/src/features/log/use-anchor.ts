/** New rows come in above; what the reader looks at stays where it is. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { moved } from "./rows";

interface Item {
  request_id: string;
}

/**
 * `items` are all rows, `height` pixels each; `isHeld`: even at the very top nothing may move. `told`: how many rows
 * were ever told live. Returns how many of them came in since the reader has left the top.
 */
export function useAnchor(
  scroller: RefObject<HTMLElement | null>,
  items: Item[],
  height: number,
  isHeld: boolean,
  told: number,
): { unseen: number; onScroll: () => void; toTop: () => void } {
  const anchor = useRef({ id: "", index: 0 });
  const top = useRef(0);
  const [isAway, setAway] = useState(false);
  const [seen, setSeen] = useState(told);
  const isFixed = isAway || isHeld;
  useLayoutEffect(() => {
    const shift = isFixed ? moved(items, anchor.current.id, anchor.current.index) : 0;
    if (shift && scroller.current) {
      top.current += shift * height;
      scroller.current.scrollTop = top.current;
    }
    const index = Math.floor(top.current / height);
    anchor.current = { id: items[index]?.request_id ?? "", index };
  });
  useEffect(() => {
    if (!isFixed) setSeen(told);
  }, [isFixed, told]);
  const onScroll = () => {
    top.current = scroller.current?.scrollTop ?? 0;
    const index = Math.floor(top.current / height);
    anchor.current = { id: items[index]?.request_id ?? "", index };
    setAway(top.current > height / 2);
  };
  const toTop = () => {
    scroller.current?.scrollTo({ top: 0 });
    setSeen(told);
  };
  return { unseen: Math.max(0, told - seen), onScroll, toTop };
}
