// Says on the page when a passkey could not be used; the library only writes to the console.
(function () {
  "use strict";
  document.addEventListener("allauth.error", function (event) {
    var note = document.getElementById("passkey-problem");
    if (!note) return;
    event.preventDefault();
    note.hidden = false;
    note.focus();
  });
})();
