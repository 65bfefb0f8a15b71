"""Remember: schema, history, query, access, export, status. A pure function of the captures and the code; may import assessment."""
