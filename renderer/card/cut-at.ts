/** Where to cut: not inside a disarmed token, not between the halves of a surrogate pair. */
export function cutAt(text: string, limit: number): number {
  const head = text.slice(0, limit);
  const token = head.lastIndexOf('⟦');
  const isInToken = token > head.lastIndexOf('⟧');
  if (isInToken) return token;
  const last = head.charCodeAt(head.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
}
