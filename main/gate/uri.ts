/** `%XX` of the characters that mean the same unescaped (RFC 3986, section 2.3). */
const needlessEscape = /%(?:2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])/g;

/**
 * One spelling for the URIs that lead to the same place (RFC 3986, section 6.2.2; WHATWG URL), so that a rule about one is
 * not passed by writing it another way. What is no absolute URI stays as it is.
 */
export function normalUri(uri: string): string {
  const plain = uri.replaceAll(needlessEscape, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
  return URL.parse(plain)?.href ?? plain;
}
