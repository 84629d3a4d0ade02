// Tells the server in which time zone this browser is, so that pages have its times. Asked once: the
// cookie is kept.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const kept = `trackyard_zone=${encodeURIComponent(zone)}`;
  document.cookie = `${kept}; Path=/; Max-Age=31536000; SameSite=Lax`;
  // Without cookies it would load for ever.
  if (zone !== 'UTC' && document.cookie.includes(kept) && document.querySelector('time')) location.reload();
}
