import { useEffect, useState, type RefObject } from 'react';

const kSpare = 12;

function scrollerOf(element: HTMLElement): HTMLElement {
  for (let place = element.parentElement; place; place = place.parentElement) {
    const { overflowY } = getComputedStyle(place);
    if (/auto|scroll/.test(overflowY) && place.scrollHeight > place.clientHeight) return place;
  }
  return document.documentElement;
}

/** Which of so many rows of equal height are on the screen: only those are drawn. */
export function useWindow(element: RefObject<HTMLElement | null>, count: number, rowHeight: number, isActive: boolean): [number, number] {
  const [range, setRange] = useState<[number, number]>([0, 40]);
  useEffect(() => {
    const table = element.current;
    if (!table || !isActive) return undefined;
    const scroller = scrollerOf(table);
    const look = () => {
      const above = scroller.getBoundingClientRect().top - table.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(above / rowHeight) - kSpare);
      const last = Math.min(count, first + Math.ceil(scroller.clientHeight / rowHeight) + 2 * kSpare);
      setRange((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    };
    look();
    scroller.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    return () => {
      scroller.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
    };
  }, [element, count, rowHeight, isActive]);
  return isActive ? range : [0, count];
}
