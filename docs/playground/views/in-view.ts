/** So often at most, in milliseconds, is looked at what can be seen. */
const DELAY = 100;

/**
 * Which elements can be seen. While numbers follow a slider, only those are drawn anew; the others are when nothing moves any more, or
 * when they come into sight: `appeared` is told then.
 */
export class InView {
  private readonly outOfSight = new WeakSet<Element>();
  private readonly observer: IntersectionObserver;

  constructor(appeared: () => void) {
    const watched = (entries: readonly IntersectionObserverEntry[]): void => {
      let isNew = false;
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) this.outOfSight.add(target);
        else if (this.outOfSight.delete(target)) isNew = true;
      }
      if (isNew) appeared();
    };
    // Where nothing scrolls, nothing has to be measured at every frame. Browsers that know no delay measure all the same.
    const options: IntersectionObserverInit & { readonly delay: number } = { delay: DELAY };
    this.observer = new IntersectionObserver(watched, options);
  }

  readonly watch = (element: Element | undefined): void => {
    if (element !== undefined) this.observer.observe(element);
  };

  /** Elements that are no longer in the page. */
  forget(elements: Iterable<Element>): void {
    for (const element of elements) this.observer.unobserve(element);
  }

  /** What has not been looked at yet counts as seen. */
  has(element: Element | undefined): boolean {
    return element === undefined || !this.outOfSight.has(element);
  }
}
