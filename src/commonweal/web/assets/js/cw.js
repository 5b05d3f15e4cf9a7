// The little that markup cannot do. Every page works without it.
(function () {
  "use strict";

  // After a failed form the reader should land on what is wrong, also by keyboard and by ear.
  function showErrors(root) {
    var summary = root.querySelector(".govuk-error-summary");
    if (summary) summary.focus();
  }
  showErrors(document);
  document.addEventListener("htmx:afterSwap", function (event) {
    showErrors(event.target);
  });

  // A second press within a second is the same press.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (!event.defaultPrevented) form.dataset.sent = "1";
    setTimeout(function () {
      delete form.dataset.sent;
    }, 1000);
  });
})();
