"""Reading CSV and XLSX as text with record numbers: nothing is inferred, rounded or evaluated."""
